/**
 * Whose pages may do what their visitors do not see: open sockets, and send what changes something.
 *
 * That a page's origin is the host that was asked says little, as both are the page's own words where a name of the
 * attacker's is made to lead here (DNS rebinding). It counts where no such name can be meant: an address, `localhost`,
 * this machine's own name. Every other name has to be listed in NIGHTLATCH_ORIGINS.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { Log } from './log.ts';

/** Of those that are told in the log: an operator has forgotten one, and a stranger may make up any number. */
const TOLD_MAX = 8;

export class Origins {
  readonly #listed: ReadonlySet<string>;
  readonly #log: Log;
  readonly #told = new Set<string>();

  constructor(listed: readonly string[], log: Log) {
    this.#listed = new Set(listed.map((origin) => new URL(origin).origin));
    this.#log = log;
  }

  /** Browsers send the origin of the page with a WebSocket and with whatever may change something; what sends none is no page. */
  allows({ origin, host, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
    if (origin === undefined) return site === undefined || site === 'same-origin' || site === 'none';
    if (this.#listed.has(origin)) return true;
    if (URL.canParse(origin)) {
      const page = new URL(origin);
      if (page.host === host?.toLowerCase() && isOwnName(page.hostname)) return true;
    }
    this.#tell(origin.slice(0, 200));
    return false;
  }

  #tell(origin: string): void {
    if (this.#told.has(origin) || this.#told.size >= TOLD_MAX) return;
    this.#told.add(origin);
    const meaning = `pages of ${origin} are refused; if they are yours, set NIGHTLATCH_ORIGINS=${origin}`;
    this.#log.warn({ event: 'origin.refused', origin, meaning });
  }
}

const MACHINE = hostname().toLowerCase();

function isOwnName(name: string): boolean {
  if (isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0) return true;
  return [/(^|\.)localhost$/.test(name), name === MACHINE, name === `${MACHINE}.local`].includes(true);
}
