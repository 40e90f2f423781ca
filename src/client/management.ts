/**
 * What hosts do with their own apartments and admins with all, over HTTP with this client's session. What changes
 * something is sent under one `requestId`, which every retry keeps: it takes effect once.
 */
import type { z } from 'zod';
import type { ClaimsAnswer } from '../protocol/claims.ts';
import type { Outcome } from '../protocol/errors.ts';
import type { Figures } from '../protocol/figures.ts';
import type { JournalAnswer, JournalQuery } from '../protocol/journal.ts';
import type {
  ApartmentBookings,
  ApartmentChange,
  ManagedApartment,
  ManagedApartments,
  NewApartment,
} from '../protocol/managed-apartments.ts';
import type { Block, Hold } from '../protocol/resources.ts';
import type { ListingStatus } from '../protocol/terms.ts';
import type { CallOptions } from './calls.ts';
import type { HttpRequest } from './http.ts';
import type { OwnHttp } from './own-http.ts';
import { newRequestId } from './request-id.ts';

/** Half-open dates, at most 800 nights. */
export interface DateWindow {
  readonly from: string;
  readonly to: string;
}
/** Default: a new one for each call. */
interface Once {
  readonly requestId?: string;
}
type OfApartment = Once & { readonly apartmentId: string };
type OfHold = OfApartment & { readonly holdId: string };
interface ManagedApartmentsQuestion extends Page {
  readonly status?: ListingStatus;
  /** Somewhere in the name or the city, whatever its case. */
  readonly text?: string;
}
interface Page {
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

export interface Management {
  /** Who has which nights, since when, until when; as of the last commit. */
  claims(apartmentId: string, window: DateWindow, options?: CallOptions): Promise<Outcome<ClaimsAnswer>>;
  /** Closes free nights. */
  block(
    nights: OfApartment & DateWindow & { readonly reason?: string },
    options?: CallOptions,
  ): Promise<Outcome<{ block: Block }>>;
  unblock(
    block: OfApartment & { readonly blockId: string },
    options?: CallOptions,
  ): Promise<Outcome<{ block: Block }>>;
  /** Ends anybody's open hold, as an admin. Its guest hears of it at once. */
  releaseHold(hold: OfHold, options?: CallOptions): Promise<Outcome<{ hold: Hold }>>;
  /** Lengthens anybody's open hold, as an admin: to so many minutes from now, 1 to 60, default 15; never shortens it. */
  extendHold(
    hold: OfHold & { readonly minutes?: number },
    options?: CallOptions,
  ): Promise<Outcome<{ hold: Hold }>>;

  createApartment(
    apartment: z.input<typeof NewApartment>,
    options?: CallOptions & Once,
  ): Promise<Outcome<ManagedApartment>>;
  /** @param intent.revision of what the change was made of: `revision_conflict` where somebody else changed it since */
  changeApartment(
    intent: OfApartment & { readonly change: ApartmentChange; readonly revision?: string },
    options?: CallOptions,
  ): Promise<Outcome<ManagedApartment>>;
  /** For good. Bookings stand; what is held may still be confirmed. */
  retire(apartment: OfApartment, options?: CallOptions): Promise<Outcome<ManagedApartment>>;
  /** As it is in the database now, with its revision. */
  apartment(apartmentId: string, options?: CallOptions): Promise<Outcome<ManagedApartment>>;
  /** A host's own, an admin's all, in order of id. */
  apartments(which?: ManagedApartmentsQuestion, options?: CallOptions): Promise<Outcome<ManagedApartments>>;
  /** Stays that share a night with the window, cancelled ones too, by check-in. */
  bookingsOf(
    apartmentId: string,
    window: DateWindow & Page,
    options?: CallOptions,
  ): Promise<Outcome<ApartmentBookings>>;

  /** Figures of all apartments, or of a city's, for admins. */
  figures(window: DateWindow & { readonly city?: string }, options?: CallOptions): Promise<Outcome<Figures>>;
  /** What happened to an apartment, and its calendar as of then; a host is told of no guest's id. */
  journal(
    apartmentId: string,
    question?: Partial<JournalQuery>,
    options?: CallOptions,
  ): Promise<Outcome<JournalAnswer>>;
}

export function managementOver(http: OwnHttp): Management {
  const read = <T>(path: string, query: object, options: CallOptions | undefined): Promise<Outcome<T>> =>
    http.ask({ ...options, method: 'GET', path: `${path}${queryText(query)}`, retry: true });
  const write = <T>(
    request: Pick<HttpRequest, 'method' | 'path' | 'body' | 'requestId' | 'revision'>,
    options: CallOptions | undefined,
  ): Promise<Outcome<T>> =>
    http.ask({ ...options, ...request, requestId: request.requestId ?? newRequestId(), retry: true });
  const path = (apartmentId: string, ...rest: string[]) =>
    ['/v1/apartments', ...[apartmentId, ...rest].map(encodeURIComponent)].join('/');
  const ofAdmin = (apartmentId: string, what: string) =>
    `/v1/admin/apartments/${encodeURIComponent(apartmentId)}/${what}`;

  return {
    claims: (apartmentId, { from, to }, options) =>
      read(ofAdmin(apartmentId, 'claims'), { from, to }, options),
    block: ({ apartmentId, requestId, from, to, reason }, options) =>
      write(
        { method: 'POST', path: path(apartmentId, 'blocks'), body: { from, to, reason }, requestId },
        options,
      ),
    unblock: ({ apartmentId, blockId, requestId }, options) =>
      write({ method: 'DELETE', path: path(apartmentId, 'blocks', blockId), requestId }, options),
    releaseHold: ({ apartmentId, holdId, requestId }, options) =>
      write({ method: 'DELETE', path: path(apartmentId, 'holds', holdId), requestId }, options),
    extendHold: ({ apartmentId, holdId, minutes, requestId }, options) =>
      write(
        { method: 'POST', path: path(apartmentId, 'holds', holdId, 'extend'), body: { minutes }, requestId },
        options,
      ),
    createApartment: (apartment, options) =>
      write(
        { method: 'POST', path: '/v1/apartments', body: apartment, requestId: options?.requestId },
        options,
      ),
    changeApartment: ({ apartmentId, change, revision, requestId }, options) =>
      write({ method: 'PATCH', path: path(apartmentId), body: change, revision, requestId }, options),
    retire: ({ apartmentId, requestId }, options) =>
      write({ method: 'DELETE', path: path(apartmentId), requestId }, options),
    apartment: (apartmentId, options) =>
      read(`/v1/host/apartments/${encodeURIComponent(apartmentId)}`, {}, options),
    apartments: (which = {}, options) => read('/v1/host/apartments', which, options),
    bookingsOf: (apartmentId, window, options) => read(path(apartmentId, 'bookings'), window, options),
    figures: (window, options) => read('/v1/admin/figures', window, options),
    journal: (apartmentId, question = {}, options) =>
      read(ofAdmin(apartmentId, 'journal'), question, options),
  };
}

/** With its question mark; empty where nothing is asked. */
export function queryText(query: object): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) asked.set(name, String(value));
  }
  return asked.size === 0 ? '' : `?${asked}`;
}
