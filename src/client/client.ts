/**
 * The client: one connection, the session, and the commands over them.
 *
 *   page ── commands ──> Calls ──┐                 ┌── Link (one life) ── Socket.IO /v1
 *        ── watch ─────> Watches ┴─> Connection ───┤
 *        ── sessions ──> StoredSessions ── Http    └── tokens, clock
 */
import type {
  CitiesAnswer,
  CommandPayload,
  MineAnswer,
  SearchAnswer,
  SearchQuery,
} from '../protocol/commands.ts';
import type { ErrorBody, Outcome } from '../protocol/errors.ts';
import type { Availability, BookingChanged, HoldChanged } from '../protocol/events.ts';
import type { Booking, Hold } from '../protocol/resources.ts';
import type { Apartment } from '../protocol/terms.ts';
import { type AdminListener, type AdminView, OccupancyFeed, type OccupancyWindow } from './admin.ts';
import type { Answered, BookingsAnswer, BookingsPage, Client, ClientOptions, Intent } from './api.ts';
import { type CallOptions, Calls } from './calls.ts';
import { Connection, type TokenSource } from './connection.ts';
import { Http } from './http.ts';
import { CLIENT_ATTEMPT_MS, CLIENT_CONFIRM_DEADLINE_MS, CLIENT_DEADLINE_MS } from './limits.ts';
import { type Management, managementOver, queryText } from './management.ts';
import { OwnHttp } from './own-http.ts';
import { newRequestId } from './request-id.ts';
import { MeasuredClock } from './server-clock.ts';
import { defaultStorage } from './session-storage.ts';
import { providedTokens, type Sessions, StoredSessions } from './sessions.ts';
import { Watches, type WatchListener } from './watches.ts';

export function createClient(options: ClientOptions): Client {
  return new NightlatchClient(options);
}

class NightlatchClient implements Client {
  readonly sessions: Sessions;
  readonly clock = new MeasuredClock();
  readonly connection: Client['connection'];
  readonly #options: ClientOptions;
  readonly #random: () => number;
  readonly management: Management;
  readonly #http: Http;
  readonly #ownHttp: OwnHttp;
  readonly #stored: StoredSessions | undefined;
  readonly #tokens: TokenSource;
  readonly #link: Connection;
  readonly #calls: Calls;
  readonly #watches: Watches;
  readonly #feeds = new Set<OccupancyFeed>();

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    const random = this.#random;
    this.#http = new Http(options.url, random);
    this.#stored =
      options.token === undefined
        ? new StoredSessions(this.#http, options.storage ?? defaultStorage())
        : undefined;
    const sessions = this.#stored ?? providedTokens(options.token as () => Promise<string | undefined>);
    this.sessions = sessions;
    this.#tokens = sessions;
    this.#ownHttp = new OwnHttp(this.#http, sessions);
    this.management = managementOver(this.#ownHttp);
    this.#link = new Connection({
      url: options.url,
      namespace: '/v1',
      tokens: sessions,
      clock: this.clock,
      random,
    });
    const link = this.#link;
    this.connection = {
      get state() {
        return link.state;
      },
      get lastError() {
        return link.lastError;
      },
      get isLeaving() {
        return link.isLeaving;
      },
      subscribe: (listener) => link.stateChanged.add(listener),
      onLeaving: (listener) => link.leavingChanged.add(listener),
    };
    this.#calls = new Calls({
      connection: link,
      random,
      ...(options.attemptMs === undefined ? {} : { attemptMs: options.attemptMs }),
      identify: () => this.#identify(),
      reauthenticate: () => this.#reauthenticate(),
    });
    this.#watches = new Watches({
      ask: (name, payload) => this.#calls.call(name, payload, { deadlineMs: this.#deadlineMs }),
      random,
      ...(options.staleMs === undefined ? {} : { staleMs: options.staleMs }),
    });
    link.opened.add(() => {
      this.#watches.resume();
      // The session may have changed between the handshake and now.
      void link.authenticate(CLIENT_ATTEMPT_MS);
    });
    link.stateChanged.add((state) => {
      if (state !== 'online') this.#watches.suspend();
    });
    link.events.add((event, payload) => {
      if (event === 'availability') this.#watches.heard(payload as Availability);
    });
    this.#stored?.renewed.add(() => this.#subjectMayHaveChanged(true));
    sessions.subscribe(() => this.#subjectMayHaveChanged(this.#staysOrStarts()));
  }

  hold(stay: Intent<'hold'>, options?: CallOptions): Answered<'hold'> {
    return this.#command('hold', stay, options);
  }
  extend(hold: Intent<'extend'>, options?: CallOptions): Answered<'extend'> {
    return this.#command('extend', hold, options);
  }
  release(hold: Intent<'release'>, options?: CallOptions): Answered<'release'> {
    return this.#command('release', hold, options);
  }
  confirm(booking: Intent<'confirm'>, options?: CallOptions): Answered<'confirm'> {
    return this.#command('confirm', booking, {
      ...options,
      deadlineMs: options?.deadlineMs ?? CLIENT_CONFIRM_DEADLINE_MS,
    });
  }
  cancel(booking: Intent<'cancel'>, options?: CallOptions): Answered<'cancel'> {
    return this.#command('cancel', booking, options);
  }

  search(query: CommandPayload<'search'>, options?: CallOptions): Promise<Outcome<SearchAnswer>> {
    return this.#calls.call('search', query, this.#withDeadline(options));
  }

  async mine(options?: CallOptions): Promise<Outcome<MineAnswer>> {
    if (this.#isNobody) return { ok: true, data: { holds: [], bookings: [] } };
    return this.#calls.call('mine', {}, this.#withDeadline(options));
  }

  list(query: Partial<SearchQuery>, options?: CallOptions): Promise<Outcome<SearchAnswer>> {
    const path = `/v1/apartments${queryText(query)}`;
    return this.#http.ask({ ...options, method: 'GET', path, retry: true });
  }

  cities(options?: CallOptions): Promise<Outcome<CitiesAnswer>> {
    return this.#http.ask({ ...options, method: 'GET', path: '/v1/cities', retry: true });
  }

  async apartment(apartmentId: string, options?: CallOptions): Promise<Outcome<Apartment>> {
    const path = `/v1/apartments/${encodeURIComponent(apartmentId)}`;
    const request = { ...options, method: 'GET', path, retry: true } as const;
    const outcome = await this.#http.ask<Apartment>(request);
    // Nearly all are anybody's to know of, whatever has become of one's session; one that was never listed is its host's.
    const mayBeOwn = !outcome.ok && outcome.error.code === 'not_found' && !this.#isNobody;
    return mayBeOwn ? this.#ownHttp.ask(request) : outcome;
  }

  async booking(bookingId: string, options?: CallOptions): Promise<Outcome<Booking>> {
    const path = `/v1/bookings/${encodeURIComponent(bookingId)}`;
    const outcome = await this.#ownHttp.ask<{ booking: Booking }>({
      ...options,
      ...{ method: 'GET', path, retry: true },
    });
    return outcome.ok ? { ok: true, data: outcome.data.booking } : outcome;
  }

  async bookings(page: BookingsPage = {}, options?: CallOptions): Promise<Outcome<BookingsAnswer>> {
    if (this.#isNobody) return { ok: true, data: { bookings: [] } };
    const path = `/v1/bookings${queryText(page)}`;
    return this.#ownHttp.ask({ ...options, method: 'GET', path, retry: true });
  }

  watch(apartmentIds: readonly string[], from: string, to: string, listener: WatchListener): () => void {
    return this.#watches.watch(apartmentIds, from, to, listener);
  }
  onHold(listener: (hold: Hold) => void): () => void {
    return this.#link.events.add((event, payload) => {
      if (event === 'hold') listener((payload as HoldChanged).hold);
    });
  }
  onBooking(listener: (booking: Booking) => void): () => void {
    return this.#link.events.add((event, payload) => {
      if (event === 'booking') listener((payload as BookingChanged).booking);
    });
  }

  onMissed(listener: () => void): () => void {
    return this.#link.missed.add(listener);
  }

  admin(window: OccupancyWindow, listener: AdminListener): AdminView {
    const feed = new OccupancyFeed(
      // A clock of its own: this connection's round trips say nothing about the other's welcome.
      { url: this.#options.url, tokens: this.#tokens, clock: new MeasuredClock(), random: this.#random },
      window,
      listener,
    );
    this.#feeds.add(feed);
    return {
      get state() {
        return feed.state;
      },
      show: (next) => feed.show(next),
      close: () => {
        this.#feeds.delete(feed);
        feed.close();
      },
    };
  }

  close(): void {
    for (const feed of this.#feeds) feed.close();
    this.#feeds.clear();
    this.#watches.close();
    this.#stored?.close();
    this.#link.close();
  }

  get #isNobody(): boolean {
    return this.#stored !== undefined && this.#stored.who === undefined;
  }

  get #deadlineMs(): number {
    return this.#options.deadlineMs ?? CLIENT_DEADLINE_MS;
  }

  #withDeadline(options: CallOptions | undefined): CallOptions & { deadlineMs: number } {
    return { ...options, deadlineMs: options?.deadlineMs ?? this.#deadlineMs };
  }

  #command<Name extends 'hold' | 'extend' | 'release' | 'confirm' | 'cancel'>(
    name: Name,
    intent: Intent<Name>,
    options: CallOptions | undefined,
  ): Answered<Name> {
    // The one requestId of this intent: every retry, on whatever link, carries it.
    const payload = { ...intent, requestId: intent.requestId ?? newRequestId() };
    return this.#calls.call(name, payload as unknown as CommandPayload<Name>, this.#withDeadline(options));
  }

  async #identify(): Promise<ErrorBody | undefined> {
    if (this.#stored?.who !== undefined || this.#stored === undefined) return undefined;
    if (this.#options.autoGuest === false) return undefined;
    const guest = await this.#stored.guest();
    if (!guest.ok) return guest.error;
    await this.#link.authenticate(CLIENT_ATTEMPT_MS);
    return undefined;
  }

  /** From nobody to a guest, and from a guest to the account they become, the open connection only needs the token. */
  #staysOrStarts(): boolean {
    const { who } = this.sessions;
    return who !== undefined && (this.#link.subject?.id ?? who.subject.id) === who.subject.id;
  }

  #subjectMayHaveChanged(sameConnection: boolean): void {
    if (sameConnection) void this.#link.authenticate(CLIENT_ATTEMPT_MS);
    else this.#link.restart();
    for (const feed of this.#feeds) feed.reauthenticate(sameConnection && this.#link.subject !== undefined);
  }

  async #reauthenticate(): Promise<boolean> {
    const before = this.#link.token;
    const token = await this.#tokens.token(before);
    if (!token.ok || token.data === undefined) return false;
    await this.#link.authenticate(CLIENT_ATTEMPT_MS);
    return true;
  }
}
