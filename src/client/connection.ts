/**
 * Keeps one link up: opens it, opens the next one when it goes, with back-off and jitter, for as long as the
 * client lives. Everybody else asks it for the link of now, or waits for one.
 *
 *   reconnecting ──welcome──> online ──link gone──> reconnecting ──several failures──> offline ──welcome──> online
 *                             │    ^└── the browser says that the network is down ──────^
 *                             └────┘ a server that leaves says so: the next link is opened while it still answers
 */
import type { ErrorBody, Outcome } from '../protocol/errors.ts';
import type { Notice, Welcome } from '../protocol/events.ts';
import { HANDSHAKE_DEADLINE_MS } from '../protocol/limits.ts';
import type { Subject } from '../protocol/resources.ts';
import {
  CLIENT_ATTEMPT_MS,
  CLIENT_CONNECT_BASE_MS,
  CLIENT_CONNECT_CAP_MS,
  CLIENT_OFFLINE_AFTER_FAILURES,
  CLIENT_OVERLAP_MS,
  CLIENT_RETRY_BASE_MS,
  CLIENT_RETRY_CAP_MS,
} from './limits.ts';
import { type Link, openLink } from './link.ts';
import { Listeners } from './listeners.ts';
import { backoffMs, pause } from './pause.ts';
import type { MeasuredClock } from './server-clock.ts';

export type ConnectionState = 'online' | 'reconnecting' | 'offline';

/** Where access tokens come from. */
export interface TokenSource {
  /**
   * Never rejects. Undefined: nobody is signed in; a refusal: it cannot be told now.
   * @param rejected one that the server no longer takes
   */
  token(rejected?: string): Promise<Outcome<string | undefined>>;
}

export interface ConnectionOptions {
  readonly url: string;
  readonly namespace: '/v1' | '/v1/admin';
  readonly tokens: TokenSource;
  readonly clock: MeasuredClock;
  readonly random: () => number;
}

/** A link with whom it is for. */
interface Opened {
  readonly link: Link;
  readonly token: string | undefined;
  readonly subject: Subject | undefined;
}

/** What came of trying to open a link. `rejected`: the token that the server did not take. */
type Attempt =
  | { readonly ok: true; readonly data: Opened }
  | { readonly ok: false; readonly error: ErrorBody; readonly rejected?: string | undefined };

/** A link that lived this long was a good one: the next failure starts the back-off from its beginning. */
const SETTLED_MS = 5_000;

export class Connection {
  /** A link is up and welcomed. */
  readonly opened = new Listeners<[Link]>();
  readonly events = new Listeners<[event: string, payload: unknown]>();
  readonly stateChanged = new Listeners<[ConnectionState]>();
  readonly leavingChanged = new Listeners<[isLeaving: boolean]>();
  /** Events on this link may have been lost before they reached the server that it leads to. */
  readonly missed = new Listeners<[]>();

  readonly #options: ConnectionOptions;
  readonly #ended = new AbortController();
  #link: Link | undefined;
  /** Puts another link in the place of the one of now. */
  #succeed: ((next: Opened) => void) | undefined;
  /** Whose server has said that it leaves. */
  #drained: Link | undefined;
  /** Replaced, and open until what was asked over them is answered. */
  readonly #left = new Set<Link>();
  #linkToken: string | undefined;
  #subject: Subject | undefined;
  #authenticating: Promise<void> = Promise.resolve();
  #state: ConnectionState = 'reconnecting';
  #lastError: ErrorBody | undefined;
  #failures = 0;
  /** The browser says so; it is not always right, so connecting is tried all the same. */
  #networkDown = false;
  /** Aborted to cut a wait or a handshake short: something changed that makes trying again worthwhile. */
  #attempt = new AbortController();
  readonly #forgetNetwork: () => void;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#forgetNetwork = onNetworkChange((up) => {
      this.#networkDown = !up;
      if (up) {
        this.#attempt.abort();
      } else {
        this.#enter('offline');
        this.#closeLinks();
      }
    });
    void this.#keepUp();
  }

  get state(): ConnectionState {
    return this.#state;
  }
  /** The server at the other end has said that it leaves. */
  get isLeaving(): boolean {
    return this.#link !== undefined && this.#link === this.#drained;
  }
  /** Why the last attempt to connect failed; undefined while online. */
  get lastError(): ErrorBody | undefined {
    return this.#lastError;
  }
  /** Whom the server takes this connection for. */
  get subject(): Subject | undefined {
    return this.#subject;
  }
  /** The token that the server knows this connection by. */
  get token(): string | undefined {
    return this.#linkToken;
  }

  /** The link of now or the next one; undefined when the signal aborts first. */
  ready(signal: AbortSignal): Promise<Link | undefined> {
    const link = this.#link;
    // Whoever has just become somebody says so first: asked as nobody, a command would be refused.
    if (link !== undefined)
      return this.#subject === undefined ? this.#authenticating.then(() => link) : Promise.resolve(link);
    if (signal.aborted || this.#ended.signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const settle = (link: Link | undefined) => {
        forget();
        signal.removeEventListener('abort', gone);
        this.#ended.signal.removeEventListener('abort', gone);
        // The same of who became somebody since the handshake.
        resolve(link === undefined ? undefined : this.#authenticating.then(() => link));
      };
      const gone = () => settle(undefined);
      const forget = this.opened.add(settle);
      signal.addEventListener('abort', gone, { once: true });
      this.#ended.signal.addEventListener('abort', gone, { once: true });
    });
  }

  /** Tells the server the newest token on the link of now; a link that does not take it is opened anew. */
  authenticate(withinMs: number): Promise<void> {
    // One after the other: the one under way may have asked for its token before there was a newer one.
    this.#authenticating = this.#authenticating.then(() => this.#authenticate(withinMs));
    return this.#authenticating;
  }

  async #authenticate(withinMs: number): Promise<void> {
    const found = await this.#options.tokens.token();
    const token = found.ok ? found.data : undefined;
    const link = this.#link;
    if (link === undefined || token === undefined || token === this.#linkToken) return;
    const answer = await link.ask<{ subject: Subject }>('authenticate', { token }, withinMs);
    if (link !== this.#link) return;
    if (answer.kind === 'answered' && answer.outcome.ok) {
      this.#linkToken = token;
      this.#subject = answer.outcome.data.subject;
    } else {
      this.restart();
    }
  }

  /** Drops the link and opens another at once: after signing in as somebody else, or out. */
  restart(): void {
    this.#failures = 0;
    this.#attempt.abort();
    this.#closeLinks();
  }

  close(): void {
    this.#ended.abort();
    this.#forgetNetwork();
    this.#attempt.abort();
    this.#closeLinks();
  }

  /** Also those that were left: what they would still tell is for who was signed in until now. */
  #closeLinks(): void {
    for (const link of this.#left) link.close();
    this.#link?.close();
  }

  async #keepUp(): Promise<void> {
    const { signal } = this.#ended;
    let rejected: string | undefined;
    while (!signal.aborted) {
      this.#attempt = new AbortController();
      const attempt = this.#attempt.signal;
      const opened = await this.#open(rejected, attempt);
      rejected = undefined;
      if (opened.ok) {
        for (let now: Opened | undefined = opened.data; now !== undefined; ) now = await this.#live(now);
      } else {
        this.#lastError = opened.error;
        this.#failures += 1;
        rejected = opened.rejected;
        // This subject will not be let in however often it asks: wait for another one (`restart`).
        if (opened.error.code === 'forbidden') {
          this.#enter('offline');
          await aborted(attempt);
          continue;
        }
      }
      if (signal.aborted) return;
      const givenUp = this.#networkDown || this.#failures >= CLIENT_OFFLINE_AFTER_FAILURES;
      this.#enter(givenUp ? 'offline' : 'reconnecting');
      const limits = { baseMs: CLIENT_CONNECT_BASE_MS, capMs: CLIENT_CONNECT_CAP_MS };
      await pause(backoffMs(this.#failures, limits, this.#options.random()), attempt);
    }
  }

  /** @param rejected a token that was not taken the last time */
  async #open(rejected: string | undefined, signal: AbortSignal): Promise<Attempt> {
    const { url, namespace, clock, tokens } = this.#options;
    const found = await tokens.token(rejected);
    if (!found.ok) return found;
    const token = found.data;
    let link: Link | undefined;
    let subject: Subject | undefined;
    const opened = await openLink({
      url,
      namespace,
      token,
      handshakeMs: HANDSHAKE_DEADLINE_MS + 1_000,
      signal,
      onEvent: (event, payload) => {
        if (event === 'notice') this.#noticed(link, payload as Notice);
        else this.events.emit(event, payload);
      },
      onWelcome: (welcome: Welcome, roundTripMs) => {
        subject = welcome.subject;
        clock.welcomed(welcome.serverTime, roundTripMs);
      },
      onRoundTrip: (ms) => clock.roundTrip(ms),
    });
    if (!opened.ok) return opened.error.code === 'unauthenticated' ? { ...opened, rejected: token } : opened;
    link = opened.data;
    return { ok: true, data: { link, token, subject } };
  }

  /** @returns the link that has taken its place; undefined where it closed first */
  async #live({ link, token, subject }: Opened): Promise<Opened | undefined> {
    const openedAt = performance.now();
    this.#link = link;
    this.#linkToken = token;
    this.#subject = subject;
    this.#lastError = undefined;
    if (this.#ended.signal.aborted) link.close();
    const next = new Promise<Opened | undefined>((resolve) => {
      // Whichever comes first: a link that is opened as this one closes must not be taken and then forgotten.
      const end = (successor: Opened | undefined) => {
        if (this.#link !== link) return;
        this.#succeed = undefined;
        this.#link = undefined;
        resolve(successor);
      };
      this.#succeed = end;
      void link.closed.then(() => end(undefined));
    });
    this.#enter('online');
    if (this.#drained !== undefined) this.leavingChanged.emit(this.isLeaving);
    this.opened.emit(link);
    const successor = await next;
    if (successor === undefined)
      this.#failures = performance.now() - openedAt >= SETTLED_MS ? 0 : this.#failures + 1;
    else this.#leave(link);
    return successor;
  }

  #leave(link: Link): void {
    this.#left.add(link);
    void link.closed.then(() => this.#left.delete(link));
    void pause(CLIENT_OVERLAP_MS, this.#ended.signal).then(() => link.closeWhenAnswered(CLIENT_ATTEMPT_MS));
  }

  #noticed(link: Link | undefined, notice: Notice): void {
    if (link === undefined) return;
    if (notice?.kind === 'draining') this.#drain(link, notice.reconnectInMs);
    else if (notice?.kind === 'missed') this.#catchUp(link, notice.askInMs);
  }

  /**
   * The server is leaving: everybody moves within the time it gives, none at the same instant. The old link is used until
   * there is a new one, so that nobody waits for a handshake.
   */
  #drain(link: Link, withinMs: number): void {
    if (link === this.#drained) return;
    this.#drained = link;
    if (this.isLeaving) this.leavingChanged.emit(true);
    const over = AbortSignal.any([this.#ended.signal, closing(link)]);
    void pause(withinMs * this.#options.random(), over).then(() => this.#replace(link, over));
  }

  /** As with a drain, not all at the same instant. Where the link is another by then, all was asked anew with it. */
  #catchUp(link: Link, withinMs: number): void {
    void pause(withinMs * this.#options.random(), this.#ended.signal).then(() => {
      if (link === this.#link) this.missed.emit();
    });
  }

  async #replace(link: Link, over: AbortSignal): Promise<void> {
    const limits = { baseMs: CLIENT_RETRY_BASE_MS, capMs: CLIENT_RETRY_CAP_MS };
    let rejected: string | undefined;
    for (let n = 0; !over.aborted && link === this.#link; n++) {
      const opened = await this.#open(rejected, over);
      if (opened.ok && link === this.#link) return this.#succeed?.(opened.data);
      // It closed meanwhile, and another is being opened in its place.
      if (opened.ok) return opened.data.link.close();
      rejected = opened.rejected;
      await pause(backoffMs(n, limits, this.#options.random()), over);
    }
  }

  #enter(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.stateChanged.emit(state);
  }
}

function closing(link: Link): AbortSignal {
  const closed = new AbortController();
  void link.closed.then(() => closed.abort());
  return closed.signal;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** What a browser knows about its network; elsewhere nothing is known and nothing is called. */
function onNetworkChange(listener: (up: boolean) => void): () => void {
  const page = globalThis as typeof globalThis & Partial<EventTarget>;
  if (!('document' in globalThis) || page.addEventListener === undefined) return () => {};
  const up = () => listener(true);
  const down = () => listener(false);
  page.addEventListener('online', up);
  page.addEventListener('offline', down);
  return () => {
    page.removeEventListener?.('online', up);
    page.removeEventListener?.('offline', down);
  };
}
