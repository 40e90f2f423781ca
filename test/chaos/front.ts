/**
 * The one address that clients know, as a load balancer gives it: each new connection goes to a server that is ready.
 * Connections of a server that does not answer at all are closed; where none is ready, any that listens is taken.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

interface Backend {
  readonly port: number;
  state: 'ready' | 'not-ready' | 'silent';
  silences: number;
  readonly sockets: Set<Socket>;
}

const PROBE_EVERY_MS = 200;
const PROBE_TIMEOUT_MS = 500;
/** Probes without an answer, one after the other, after which a server is given up. */
const SILENT_PROBES = 2;
const DIAL_TIMEOUT_MS = 500;

export class Front {
  port = 0;
  readonly #backends: readonly Backend[];
  readonly #server: Server;
  readonly #near = new Set<Socket>();
  #turn = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(ports: readonly number[]) {
    this.#backends = ports.map((port) => ({ port, state: 'silent', silences: 0, sockets: new Set() }));
    this.#server = createServer({ pauseOnConnect: true }, (near) => {
      this.#near.add(near);
      near.on('error', () => {}).once('close', () => this.#near.delete(near));
      this.#dial(near, this.#candidates());
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async open(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.port = (this.#server.address() as AddressInfo).port;
    this.#timer = setInterval(() => {
      for (const backend of this.#backends) void this.#probe(backend);
    }, PROBE_EVERY_MS);
    return this;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#server.close();
    for (const socket of this.#near) socket.destroy();
  }

  /** Those that are ready, each first in its turn; then the others. */
  #candidates(): Backend[] {
    const turn = this.#turn++;
    const inTurn = this.#backends.map((_, i) => this.#backends[(turn + i) % this.#backends.length]!);
    const order = { ready: 0, 'not-ready': 1, silent: 2 };
    return inTurn.sort((a, b) => order[a.state] - order[b.state]);
  }

  #dial(near: Socket, [backend, ...others]: Backend[]): void {
    if (backend === undefined) {
      near.destroy();
      return;
    }
    const far = connect({ port: backend.port, host: '127.0.0.1', timeout: DIAL_TIMEOUT_MS });
    const next = () => {
      far.destroy();
      this.#dial(near, others);
    };
    far.once('error', next).once('timeout', next);
    far.once('connect', () => {
      far.off('error', next).off('timeout', next);
      if (near.destroyed) {
        far.destroy();
        return;
      }
      far.setTimeout(0).setNoDelay(true);
      near.setNoDelay(true);
      backend.sockets.add(far);
      far
        .on('error', () => {})
        .once('close', () => {
          backend.sockets.delete(far);
          near.destroy();
        });
      near.once('close', () => far.destroy());
      near.pipe(far).pipe(near);
    });
  }

  async #probe(backend: Backend): Promise<void> {
    let state: Backend['state'];
    try {
      const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
      const answer = await fetch(`http://127.0.0.1:${backend.port}/readyz`, { signal });
      await answer.arrayBuffer();
      state = answer.ok ? 'ready' : 'not-ready';
    } catch {
      state = 'silent';
    }
    backend.silences = state === 'silent' ? backend.silences + 1 : 0;
    if (state === 'silent' && backend.silences < SILENT_PROBES) return;
    backend.state = state;
    if (state === 'silent') for (const socket of backend.sockets) socket.destroy();
  }
}
