/** What the gateway is handed. It knows these ports and the protocol, nothing else of the program. */
import type { ApartmentAnswer, ApartmentCommand } from '../protocol/apartment-command.ts';
import type { ClaimsAnswer } from '../protocol/claims.ts';
import type {
  CitiesAnswer,
  MineAnswer,
  OccupancyQuery,
  SearchAnswer,
  SearchQuery,
} from '../protocol/commands.ts';
import type { CommittedChange } from '../protocol/committed-change.ts';
import type { ErrorBody, Outcome } from '../protocol/errors.ts';
import type { OccupancyAnswer, Stats } from '../protocol/events.ts';
import type { Figures } from '../protocol/figures.ts';
import type { JournalAnswer, JournalQuery } from '../protocol/journal.ts';
import type {
  ApartmentBookings,
  ApartmentChange,
  ManagedApartment,
  ManagedApartments,
  ManagedApartmentsQuery,
  NewApartment,
} from '../protocol/managed-apartments.ts';
import type { NightRange } from '../protocol/nights.ts';
import type { Booking, Calendar, GuestContact, Session, Subject } from '../protocol/resources.ts';
import type { Apartment } from '../protocol/terms.ts';

export interface Apartments {
  /**
   * The one way a command reaches an apartment. `reply` is called once, after what it tells is on disk; calls
   * come in bursts, one burst a commit. Whether the subject may do this at all (roles) is the gateway's to
   * check; whose hold or booking it is, the apartment's. Where it rejects, the apartment was not asked; nor is one that
   * the subject may not know of, which is as unknown as one that there is not (S8).
   */
  ask(
    subject: Subject,
    command: ApartmentCommand<GuestContact>,
    reply: (outcome: Outcome<ApartmentAnswer<Booking>>) => void,
  ): void | Promise<void>;
  /** The committed calendar; `not_found` where there is no such apartment, or none that the subject may know of (S8). */
  calendar(subject: Subject | undefined, apartmentId: string, window: NightRange): Promise<Outcome<Calendar>>;
  /** The committed claims in a window, with what its host or an admin may know of them. */
  claims(subject: Subject, apartmentId: string, window: NightRange): Promise<Outcome<ClaimsAnswer>>;
  occupancy(query: OccupancyQuery): Promise<Outcome<OccupancyAnswer>>;
  /** One apartment's facts in order, and its calendar as of then. */
  history(subject: Subject, apartmentId: string, query: JournalQuery): Promise<Outcome<JournalAnswer>>;
  /** The last versions told of these apartments, of those that their owners have running. Never rejects. */
  versions(apartmentIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Apartments have changed their server: what new owners have told is to be asked for. */
  onOwnersChanged(listener: () => void): () => void;
  /** Told of who has asked an apartment here, by way of another server, for what is somebody else's. */
  onAccessRefused(listener: (subjectId: string, command: string) => void): void;
  /** Changes of apartments owned elsewhere may have been told to nobody here. */
  onMissed(listener: () => void): () => void;
  /** Every committed change of apartments owned here. Returns the way to unsubscribe. */
  subscribe(listener: (change: CommittedChange) => void): () => void;
  /** The booking of each such change that has one, right after it or a little later. Returns the way to unsubscribe. */
  onBooking(listener: (guestId: string, booking: Booking) => void): () => void;
}

export interface Bookings {
  /** Open holds and future bookings of a guest. */
  mine(subject: Subject): Promise<MineAnswer>;
  /** The caller's own, an admin's any but with `whose: 'mine'`; newest first. */
  list(
    subject: Subject,
    page: { limit: number; before?: string; whose?: 'mine' | undefined },
  ): Promise<Booking[]>;
  /** The caller's own, one on the caller's own apartment, an admin's any; `not_found` where it is none of these. */
  get(subject: Subject, bookingId: string): Promise<Outcome<Booking>>;
}

export interface Listings {
  search(query: SearchQuery): Outcome<SearchAnswer>;
  cities(): Outcome<CitiesAnswer>;
  /**
   * Anybody may know of it, as it was listed once (S8). False also where this server has not heard so yet: `get` says it
   * for certain.
   */
  isPublic(apartmentId: string): boolean;
  /** `not_found` where there is no such apartment, or none that the subject may know of. */
  get(subject: Subject | undefined, apartmentId: string): Promise<Outcome<Apartment>>;
  /** May this subject close nights and read the guest list of this apartment: its host, or an admin. */
  mayManage(subject: Subject, apartmentId: string): Promise<boolean>;
}

/** What hosts and admins do with the catalogue. That the subject may manage the apartment has been checked. */
export interface Management {
  /** Sent twice under one `requestId` it makes one apartment. */
  create(subject: Subject, requestId: string, wanted: NewApartment): Promise<Outcome<ManagedApartment>>;
  /** `revision`: of what the change was made of; `revision_conflict` where it is not the latest. */
  change(
    subject: Subject,
    intent: { apartmentId: string; requestId: string; revision: string | undefined; change: ApartmentChange },
  ): Promise<Outcome<ManagedApartment>>;
  /** Takes no new holds from then on; bookings stand. */
  retire(
    subject: Subject,
    intent: { apartmentId: string; requestId: string },
  ): Promise<Outcome<ManagedApartment>>;
  get(apartmentId: string): Promise<Outcome<ManagedApartment>>;
  /** A host's own, an admin's all, in order of id. */
  list(subject: Subject, which: ManagedApartmentsQuery): Promise<ManagedApartments>;
  /** Of all apartments, or of a city's; some seconds old at most. */
  figures(window: NightRange, city: string | undefined): Promise<Figures>;
  /** Stays that share a night with the window, cancelled ones too, by check-in. */
  bookings(
    apartmentId: string,
    window: NightRange,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<ApartmentBookings>;
}

export interface VerifiedToken {
  readonly subject: Subject;
  readonly sessionId: string;
  readonly expiresAtMs: number;
}
/** Who has shown a token that is good. */
export type Bearer = Pick<VerifiedToken, 'subject' | 'sessionId'>;
/** In whose turn a password is hashed. */
export interface PasswordTurn {
  /** Of whom few may wait at once: an address or a device; undefined: nobody's in particular. */
  readonly from: string | undefined;
  /** A device that has signed in before; an address without failures lately; one that has some. */
  readonly rank: 'known' | 'fresh' | 'failed';
}
export interface Accounts {
  /** Takes along what an anonymous guest has who was somebody by the token that came with it (G9); so does `signIn`. */
  signUp(
    input: { email: string; password: string; name: string },
    from: { network: string; turn: PasswordTurn; bearer?: Bearer | undefined },
  ): Promise<Outcome<Session>>;
  signIn(
    input: { email: string; password: string },
    from: { turn: PasswordTurn; bearer?: Bearer | undefined },
  ): Promise<Outcome<Session>>;
  /** A new token by which a device is known that has just signed in with this address. */
  deviceToken(email: string): string;
  /** Which device one of these tokens is of, for this address; undefined where none is. */
  deviceOf(email: string, tokens: readonly string[]): string | undefined;
  /** @param network of whoever asks: its guests are counted together (G4) */
  anonymous(network: string): Promise<Session>;
  refresh(refreshToken: string): Promise<Outcome<Session>>;
  /** Told of whose session has ended because a spent refresh token of it came back. */
  onReplayed(listener: (subjectId: string) => void): void;
  signOut(sessionId: string): Promise<void>;
  /** Undefined for any token that is not ours, not for us, or out of date. */
  verify(accessToken: string): Promise<VerifiedToken | undefined>;
  /** Told once of each session that ends before its tokens do, here or on another server. Returns the way to unsubscribe. */
  onRevoked(listener: (sessionId: string) => void): () => void;
}

export interface Operations {
  /** Of all servers together. */
  stats(): Stats;
  /** One sentence for each thing that keeps this server from serving; empty where it is ready. */
  notReady(): string[];
  nowMs(): number;
  /** Of what is stored: another one means that versions may have gone back. */
  historyId(): string;
}

export interface GatewayParts {
  readonly apartments: Apartments;
  readonly bookings: Bookings;
  readonly listings: Listings;
  readonly management: Management;
  readonly accounts: Accounts;
  readonly operations: Operations;
  /** What a fault of one of these means to whoever asked, where it is no defect: a storage that is away, say. */
  readonly explain: (fault: unknown) => ErrorBody | undefined;
}
