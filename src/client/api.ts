/** The client's API: what a page calls, and what it is told. What stands behind it is in client.ts. */
import type {
  CitiesAnswer,
  CommandAnswers,
  CommandName,
  CommandPayload,
  MineAnswer,
  SearchAnswer,
  SearchQuery,
} from '../protocol/commands.ts';
import type { ErrorBody, Outcome } from '../protocol/errors.ts';
import type { Booking, Hold } from '../protocol/resources.ts';
import type { Apartment } from '../protocol/terms.ts';
import type { AdminListener, AdminView, OccupancyWindow } from './admin.ts';
import type { CallOptions } from './calls.ts';
import type { ConnectionState } from './connection.ts';
import type { Management } from './management.ts';
import type { ServerClock } from './server-clock.ts';
import type { SessionStorage } from './session-storage.ts';
import type { Sessions } from './sessions.ts';
import type { WatchListener } from './watches.ts';

export interface ClientOptions {
  /** Origin of the server, such as `https://stay.example.com`. */
  readonly url: string;
  /** Where the session is kept. Default: localStorage in a browser, memory elsewhere. */
  readonly storage?: SessionStorage;
  /** Access tokens made elsewhere, instead of sessions of this client. Asked again when one is refused. */
  readonly token?: () => Promise<string | undefined>;
  /** Make an anonymous guest at the first command that needs somebody. Default: true. */
  readonly autoGuest?: boolean;
  /** Tries of one command go on for this long, in milliseconds. Default: 15 s; a confirm's, which waits for a payment, is longer. */
  readonly deadlineMs?: number;
  /** How long one try waits for its answer, in milliseconds. Default: 11 s. */
  readonly attemptMs?: number;
  /** Silence after which a watched calendar is asked for again, in milliseconds. Default: 20 s. */
  readonly staleMs?: number;
  /** In [0, 1): the jitter of every pause. */
  readonly random?: () => number;
}

/** A command that changes something. Without a `requestId` it gets one, which every retry keeps. */
export type Intent<Name extends CommandName> = Omit<CommandPayload<Name>, 'requestId'> & {
  readonly requestId?: string;
};
export type Answered<Name extends CommandName> = Promise<Outcome<CommandAnswers[Name]>>;

export interface Client {
  /** Places a hold; one that overlaps the guest's own on that apartment replaces it. */
  hold(stay: Intent<'hold'>, options?: CallOptions): Answered<'hold'>;
  extend(hold: Intent<'extend'>, options?: CallOptions): Answered<'extend'>;
  release(hold: Intent<'release'>, options?: CallOptions): Answered<'release'>;
  /** Pays and books. May take as long as the payment does: 2 minutes at most, and then some for the way. */
  confirm(booking: Intent<'confirm'>, options?: CallOptions): Answered<'confirm'>;
  cancel(booking: Intent<'cancel'>, options?: CallOptions): Answered<'cancel'>;
  search(query: CommandPayload<'search'>, options?: CallOptions): Promise<Outcome<SearchAnswer>>;
  /** The caller's open holds and future bookings; empty for nobody. */
  mine(options?: CallOptions): Promise<Outcome<MineAnswer>>;
  /** The catalogue over HTTP; without dates it lists, without availability or price of a stay. */
  list(query: Partial<SearchQuery>, options?: CallOptions): Promise<Outcome<SearchAnswer>>;
  /** Where there are apartments. */
  cities(options?: CallOptions): Promise<Outcome<CitiesAnswer>>;
  apartment(apartmentId: string, options?: CallOptions): Promise<Outcome<Apartment>>;
  /** One of the caller's own, or what its host or an admin may see. */
  booking(bookingId: string, options?: CallOptions): Promise<Outcome<Booking>>;
  /** The caller's own, past and cancelled ones too, newest first (an admin's: everybody's, unless `whose` is 'mine'); none for nobody. */
  bookings(page?: BookingsPage, options?: CallOptions): Promise<Outcome<BookingsAnswer>>;

  /**
   * Live calendars of [from, to), dates. The listener gets the whole calendar first, then each change in order
   * of version; after a reconnection or a missed change the whole calendar again, and so where it could not be read
   * for a while. Returns the way to stop.
   */
  watch(apartmentIds: readonly string[], from: string, to: string, listener: WatchListener): () => void;
  /** Each change of status of the user's own holds and bookings, whoever caused it. Returns the way to stop. */
  onHold(listener: (hold: Hold) => void): () => void;
  onBooking(listener: (booking: Booking) => void): () => void;
  /** Some of those may have been lost between servers: `mine` says how things stand. Returns the way to stop. */
  onMissed(listener: () => void): () => void;

  readonly sessions: Sessions;
  readonly clock: ServerClock;
  readonly connection: {
    readonly state: ConnectionState;
    /** Why the last attempt to connect failed; undefined while online. */
    readonly lastError: ErrorBody | undefined;
    /** The server has said that it leaves: it serves until another is found, or for seconds where there is none. */
    readonly isLeaving: boolean;
    subscribe(listener: (state: ConnectionState) => void): () => void;
    /** Each change of `isLeaving`. Returns the way to stop. */
    onLeaving(listener: (isLeaving: boolean) => void): () => void;
  };
  /** What hosts and admins do with apartments. */
  readonly management: Management;
  /** The admin's live view, over a connection of its own with this client's session. */
  admin(window: OccupancyWindow, listener: AdminListener): AdminView;
  /** Ends the connection; commands under way end in `unavailable`. */
  close(): void;
}

export interface BookingsPage {
  readonly whose?: 'mine';
  readonly limit?: number;
  /** `nextBefore` of the page before. */
  readonly before?: string;
}
export interface BookingsAnswer {
  readonly bookings: readonly Booking[];
  readonly nextBefore?: string;
}
