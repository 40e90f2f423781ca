/**
 * One server as the proxy sees it: asked `/readyz` twice a second, and known to be gone as soon as a connection is
 * refused.
 *
 *   refused ──200──> ready ──503──> not ready      new connections only while ready, and not leaving
 *                      └──no answer──> silent ──too long──> its connections are cut
 *
 * A frozen server still accepts connections, as the kernel does that for it; only its silence tells.
 */
import { get } from 'node:http';

/** How often a server is asked, and how long it may take to answer, in milliseconds. */
const PROBE_EVERY_MS = 500;
const PROBE_DEADLINE_MS = 1_000;
/** A server that was silent for this long has lost its lease; who hangs on it is better off elsewhere. In milliseconds. */
const SILENT_MAX_MS = 3_000;

type Answer = 'ready' | 'not_ready' | 'refused' | 'silent';

export class Upstream {
  readonly port: number;
  /** It is about to be asked to stop: no new connections from now on, whatever it answers. */
  isLeaving = false;
  #answer: Answer = 'refused';
  #silentSinceMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isAsking = false;
  #onSilent: () => void = () => {};

  constructor(port: number) {
    this.port = port;
  }

  /** Whether new connections may go there. */
  get isReady(): boolean {
    return this.#answer === 'ready' && !this.isLeaving;
  }

  /** @param onSilent called, each time it is asked, while it has not answered for SILENT_MAX_MS */
  watch(onSilent: () => void): void {
    this.#onSilent = onSilent;
    this.#timer ??= setInterval(() => {
      if (!this.#isAsking) void this.check();
    }, PROBE_EVERY_MS);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** A connection was refused: no need to wait for the next question. */
  refused(): void {
    this.#answer = 'refused';
  }

  /** Asks now. */
  async check(): Promise<boolean> {
    const askedMs = performance.now();
    this.#isAsking = true;
    this.#answer = await probe(this.port);
    this.#isAsking = false;
    if (this.#answer !== 'silent') this.#silentSinceMs = undefined;
    else {
      this.#silentSinceMs ??= askedMs;
      if (performance.now() - this.#silentSinceMs >= SILENT_MAX_MS) this.#onSilent();
    }
    return this.isReady;
  }
}

function probe(port: number): Promise<Answer> {
  const tooLate = AbortSignal.timeout(PROBE_DEADLINE_MS);
  return new Promise((resolve) => {
    get({ host: '127.0.0.1', port, path: '/readyz', agent: false, signal: tooLate }, (response) => {
      response.on('error', () => {}).resume();
      resolve(response.statusCode === 200 ? 'ready' : 'not_ready');
    }).on('error', () => resolve(tooLate.aborted ? 'silent' : 'refused'));
  });
}
