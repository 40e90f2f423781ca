import { relative } from 'node:path';
import type { OneServer } from './servers.ts';

export interface Screen {
  readonly seconds: string;
  /** Of the proxy. */
  readonly url: string;
  readonly adminLine: string;
  /** Undefined where there is no demo. */
  readonly hostLine: string | undefined;
  readonly servers: readonly OneServer[];
  readonly postgres: string;
  readonly redis: string;
}

/** What there is and what to try, on one screen. */
export function screen({ seconds, url, adminLine, hostLine, servers, postgres, redis }: Screen): string {
  const rows = servers.map(
    ({ name, url: own, process: { pid }, log }) =>
      `  ${name.padEnd(10)} ${own}   process ${pid}   ${shortest(log.path)}`,
  );
  const [first, second = first] = servers.map(({ process: { pid } }) => pid);
  const rest = servers.length > 1 ? 'the others take its apartments, and it comes back' : 'and comes back';
  return `Nightlatch is ready: ${servers.length} ${servers.length === 1 ? 'server' : 'servers'} behind one address (${seconds} s)

  Guests     ${url}/
  Admin      ${url}/admin   ${adminLine}${hostLine === undefined ? '' : `\n  Host       ${url}/hosting   ${hostLine}`}
  API        ${url}/docs
${rows.join('\n')}
  PostgreSQL ${postgres}
  Redis      ${redis}
  Payments   a sandbox: no money is taken

Try this while you book:
  ${`kill -9 ${first}`.padEnd(18)} a server dies, ${rest}
  ${`kill -STOP ${second}`.padEnd(18)} a server freezes, and is left out until kill -CONT ${second}
  r and Enter        a rolling restart, as does kill -HUP ${process.pid}

Stop it with Ctrl+C.
`;
}

function shortest(path: string): string {
  const fromHere = relative('', path);
  return fromHere.startsWith('..') ? path : fromHere;
}
