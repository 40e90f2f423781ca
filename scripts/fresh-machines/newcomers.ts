/** Who tries the project, where, and with what. */

export interface Runtime {
  /** The machine's own, and the npm that comes with it. */
  readonly node: string;
  readonly npm: string;
}

export interface Place {
  readonly name: string;
  readonly user: 'root' | 'ana';
  readonly home: string;
  readonly checkout: string;
}

export const RUNTIMES: readonly Runtime[] = [
  { node: '20.20.2', npm: '10.8.2' },
  { node: '22.23.3', npm: '10.9.9' },
  { node: '24.22.3', npm: '11.21.2' },
];

export const PLACES: readonly Place[] = [
  { name: 'root in /root', user: 'root', home: '/root', checkout: '/root/nightlatch' },
  { name: 'root in /srv', user: 'root', home: '/root', checkout: '/srv/nightlatch' },
  { name: 'ordinary user', user: 'ana', home: '/home/ana', checkout: '/home/ana/nightlatch' },
];
