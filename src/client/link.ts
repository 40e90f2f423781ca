/**
 * One life of one connection: from the handshake to the close, never reconnecting. What must outlive it
 * (watches, commands, the session) is kept elsewhere and starts again on the next link.
 *
 *   openLink ──welcome──> Link ──close (either side, silence)──> closed resolves
 *      └──refused, no answer──> the refusal
 */
import { Manager, type Socket } from 'socket.io-client';
import { type Outcome, refuse } from '../protocol/errors.ts';
import { PROTOCOL_VERSION, type Welcome } from '../protocol/events.ts';
import { isErrorBody, outcomeFrom } from './outcome.ts';

export type Answer<T> =
  | { readonly kind: 'answered'; readonly outcome: Outcome<T> }
  /** The link closed first: whether the command took effect is unknown. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'silent' };

export interface Link {
  /** Sends one event and waits at most `withinMs` for its acknowledgement. */
  ask<T>(event: string, payload: unknown, withinMs: number): Promise<Answer<T>>;
  close(): void;
  /** Closes as soon as nothing is on its way, at the latest after `withinMs`. Nothing may be asked from now on. */
  closeWhenAnswered(withinMs: number): void;
  /** Resolves once, when the link is gone, with the reason. */
  readonly closed: Promise<string>;
}

export interface LinkOptions {
  readonly url: string;
  readonly namespace: '/v1' | '/v1/admin';
  readonly token: string | undefined;
  readonly handshakeMs: number;
  readonly signal: AbortSignal;
  onEvent(event: string, payload: unknown): void;
  onWelcome(welcome: Welcome, roundTripMs: number): void;
  onRoundTrip(ms: number): void;
}

export function openLink(options: LinkOptions): Promise<Outcome<Link>> {
  const manager = new Manager(options.url, {
    transports: ['websocket'],
    reconnection: false,
    autoConnect: false,
    timeout: options.handshakeMs,
  });
  const { token } = options;
  const socket = manager.socket(options.namespace, token === undefined ? {} : { auth: { token } });
  const link = new SocketLink(socket, manager, options);

  return new Promise((resolve) => {
    let askedAt = performance.now();
    const settle = (outcome: Outcome<Link>) => {
      clearTimeout(timer);
      options.signal.removeEventListener('abort', aborted);
      resolve(outcome);
      if (!outcome.ok) link.close();
    };
    const unreached = (why: string) =>
      settle(
        refuse('unavailable', `the server at ${options.url} could not be reached (${why}); trying again`),
      );
    const aborted = () => unreached('the client was closed or the connection restarted');
    const timer = setTimeout(() => unreached('no welcome in time'), options.handshakeMs);
    options.signal.addEventListener('abort', aborted, { once: true });

    manager.once('open', () => {
      askedAt = performance.now();
    });
    socket.once('welcome', (welcome: Welcome) => {
      if (welcome?.protocol !== PROTOCOL_VERSION) {
        const spoken = String(welcome?.protocol);
        settle(
          refuse(
            'invalid_request',
            `the server speaks protocol ${spoken}, this client ${PROTOCOL_VERSION}; reload the page or update the client`,
          ),
        );
        return;
      }
      options.onWelcome(welcome, performance.now() - askedAt);
      settle({ ok: true, data: link });
    });
    socket.once('connect_error', (error: Error & { data?: unknown }) => {
      if (isErrorBody(error.data)) settle({ ok: false, error: error.data });
      else unreached(error.message);
    });
    socket.once('disconnect', (reason) => unreached(reason));
    if (options.signal.aborted) aborted();
    else socket.connect();
  });
}

class SocketLink implements Link {
  readonly closed: Promise<string>;
  readonly #socket: Socket;
  readonly #onRoundTrip: (ms: number) => void;
  /** Settles every command still without its answer when the link goes. */
  readonly #lost = new Set<() => void>();
  #heardAt = performance.now();
  #isLeft = false;

  constructor(socket: Socket, manager: Manager, options: LinkOptions) {
    this.#socket = socket;
    this.#onRoundTrip = options.onRoundTrip;
    this.closed = new Promise((resolve) => {
      socket.once('disconnect', (reason) => {
        resolve(reason);
        for (const lose of [...this.#lost]) lose();
      });
    });
    manager.on('packet', () => {
      this.#heardAt = performance.now();
    });
    manager.on('ping', () => {
      this.#heardAt = performance.now();
    });
    socket.onAny((event: string, payload: unknown) => {
      if (event !== 'welcome') options.onEvent(event, payload);
    });
  }

  ask<T>(event: string, payload: unknown, withinMs: number): Promise<Answer<T>> {
    // Socket.IO would keep it for a later connection; here a later connection is another link.
    if (!this.#socket.connected) return Promise.resolve({ kind: 'lost' });
    return new Promise((resolve) => {
      const sentAt = performance.now();
      const settle = (answer: Answer<T>) => {
        clearTimeout(timer);
        this.#lost.delete(lose);
        resolve(answer);
        if (this.#isLeft && this.#lost.size === 0) this.close();
      };
      const lose = () => settle({ kind: 'lost' });
      const timer = setTimeout(() => {
        settle({ kind: 'silent' });
        // Not a word about anything since: a half-open connection or a frozen server. Another may be up.
        if (this.#heardAt < sentAt) this.close();
      }, withinMs);
      this.#lost.add(lose);
      this.#socket.emit(event, payload, (answer: unknown) => {
        this.#onRoundTrip(performance.now() - sentAt);
        settle({ kind: 'answered', outcome: outcomeFrom<T>(answer) });
      });
    });
  }

  closeWhenAnswered(withinMs: number): void {
    if (this.#lost.size === 0) return this.close();
    this.#isLeft = true;
    const timer = setTimeout(() => this.close(), withinMs);
    void this.closed.then(() => clearTimeout(timer));
  }

  close(): void {
    this.#socket.disconnect();
  }
}
