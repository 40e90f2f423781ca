/** Listings: the details page, who may manage an apartment, and search, kept up with what changes in PostgreSQL. */
import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import type { Listings } from '../../gateway/ports.ts';
import {
  type ListingRow,
  type ListingsPlace,
  type ListingsSeen,
  listingsAfter,
  listingsChangedBetween,
  listingsSeenNow,
} from '../../persistence/statements/listings.ts';
import type { CitiesAnswer } from '../../protocol/commands.ts';
import type { CommittedChange } from '../../protocol/committed-change.ts';
import { OF_ANOTHER, refuse } from '../../protocol/errors.ts';
import { localNight } from '../../protocol/local-day.ts';
import type { RangeStatus, Subject } from '../../protocol/resources.ts';
import type { ListingStatus, Terms } from '../../protocol/terms.ts';
import {
  LISTINGS_CACHED_MAX,
  LISTINGS_PAGE,
  LISTINGS_POLL_MS,
  SEARCH_CHANGES_WAITING_MAX,
} from './limits.ts';
import { Lookups } from './lookups.ts';
import { Occupancy } from './occupancy.ts';
import { withShownPhotos } from './photos.ts';
import { LAST_ZONE, search } from './search.ts';
import { SearchIndex } from './search-index.ts';

/** Nights [from, to) of an apartment under a claim. */
export interface TakenRange {
  readonly apartmentId: string;
  readonly from: number;
  readonly to: number;
  readonly status: Exclude<RangeStatus, 'free'>;
}

export interface ListingsOptions {
  readonly pool: Pool;
  readonly nowMs: () => number;
  /** Every claim that ends after a night, in pages, as committed at some instant after the call. */
  readonly takenAfter: (night: number) => AsyncIterable<readonly TakenRange[]>;
  /** Of which hosts pictures are told of, as pages may show those. */
  readonly pictureHosts: readonly string[];
  /** Told of faults in the background; the next poll tries again. */
  readonly onError: (error: unknown) => void;
}

export type TermsListener = (apartmentId: string, terms: Terms, status: ListingStatus) => void;

export interface ListingsService extends Listings {
  /** Reads all listings and calendars; until it is done a search is `unavailable`. Then follows changes. */
  start(): Promise<void>;
  /** To be called for every committed change from before `start` on: it takes and frees nights in search. */
  committed(change: Pick<CommittedChange, 'apartmentId' | 'changes'>): void;
  /** Changes may have been missed: all calendars are read anew in the background, once where it is asked for often. */
  readAgain(): void;
  /** Resolves once listings committed before the call are in force here, whatever becomes of the calendars. */
  written(): Promise<void>;
  /** The same, and calendars that are out of date are read anew; otherwise once a second. */
  poll(): Promise<void>;
  /** Told of each apartment whose terms or status have changed, or that is new. Returns the way to unsubscribe. */
  onTermsChanged(listener: TermsListener): () => void;
  readonly count: { readonly indexed: number; readonly listed: number };
  close(): void;
}

/** Listings are followed; the calendars may still be being read anew. */
interface Look {
  readonly calendars: Promise<void>;
}

const NOT_READ_YET = refuse('unavailable', 'the search index is being read; try again in a second', {
  retryAfterMs: 1_000,
});

export function createListings(options: ListingsOptions): ListingsService {
  const { pool, nowMs } = options;
  const today = () => localNight(LAST_ZONE, nowMs());
  const index = new SearchIndex(today());
  const lookups = new Lookups(pool);
  /** Only of what anybody may know of. */
  const cache = new LRUCache<string, ListingRow>({ max: LISTINGS_CACHED_MAX });
  const listeners = new Set<TermsListener>();
  /** Changes that came while calendars were being read; applied on top of what was read, in order. */
  let whileReading: Pick<CommittedChange, 'apartmentId' | 'changes'>[] | undefined;
  /** What the index holds by now. */
  let seen: ListingsSeen | undefined;
  let ready = false;
  /** Goes up when listings change: what was read before must not be cached after. */
  let generation = 0;
  let cities: { readonly of: number; readonly answer: CitiesAnswer } | undefined;
  /** One look at the table after another: what was read earlier is never applied later. */
  let lastLook = Promise.resolve();
  /** The look that has not begun: all who ask meanwhile share it. */
  let nextLook: Promise<Look> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isOutOfDate = false;

  function apply(occupancy: Occupancy, change: Pick<CommittedChange, 'apartmentId' | 'changes'>): void {
    if (change.changes.length === 0) return;
    const slot = index.slotOf(change.apartmentId);
    if (slot === undefined) return;
    for (const { from, to, status } of change.changes) occupancy.set(slot, from, to, status);
  }

  async function readCalendars(): Promise<void> {
    const fresh = new Occupancy(today(), index.size);
    whileReading = [];
    try {
      for await (const page of options.takenAfter(fresh.base)) {
        for (const { apartmentId, from, to, status } of page) {
          const slot = index.slotOf(apartmentId);
          if (slot !== undefined) fresh.set(slot, from, to, status);
        }
        if (whileReading.length > SEARCH_CHANGES_WAITING_MAX) {
          throw new Error(
            `more than ${SEARCH_CHANGES_WAITING_MAX} changes came while calendars were read for search; reading anew`,
          );
        }
      }
      for (const change of whileReading) apply(fresh, change);
      index.occupancy = fresh;
    } finally {
      whileReading = undefined;
    }
  }

  async function follow(): Promise<void> {
    if (seen === undefined) return;
    const now = await listingsSeenNow(pool);
    for (let after: ListingsPlace | undefined; ; ) {
      const rows = await listingsChangedBetween(pool, seen, now, after, LISTINGS_PAGE);
      if (rows.length > 0) generation++;
      for (const row of rows) changed(row);
      const last = rows.at(-1);
      if (last === undefined || rows.length < LISTINGS_PAGE) break;
      after = { tx: last.tx, id: last.apartment.id };
    }
    seen = now;
  }

  async function keepCalendars(): Promise<void> {
    if (!isOutOfDate && !index.occupancy.isStale(today())) return;
    isOutOfDate = false;
    await readCalendars().catch((cause) => {
      isOutOfDate = true;
      throw cause;
    });
    ready = true;
  }

  function changed(row: ListingRow): void {
    const { id, terms, status } = row.apartment;
    const before = index.at(id);
    index.put(row);
    if (cache.has(id)) cache.set(id, row);
    if (before?.status === status && JSON.stringify(before.terms) === JSON.stringify(index.at(id)?.terms)) {
      return;
    }
    for (const listener of listeners) listener(id, terms, status);
  }

  function look(): Promise<Look> {
    nextLook ??= lastLook.then(async () => {
      nextLook = undefined;
      await follow();
      return { calendars: keepCalendars() };
    });
    lastLook = nextLook.then(({ calendars }) => calendars).catch(() => {});
    return nextLook;
  }
  const poll = () => look().then(({ calendars }) => calendars);

  async function row(apartmentId: string): Promise<ListingRow | undefined> {
    const known = cache.get(apartmentId);
    if (known !== undefined) return known;
    const readAt = generation;
    const found = await lookups.row(apartmentId);
    // One that was never listed is looked up each time, as one that there is not: how long it takes would tell them apart.
    if (found?.wasListed === true && readAt === generation) cache.set(apartmentId, found);
    return found;
  }

  return {
    async start() {
      const before = await listingsSeenNow(pool);
      for (let afterId = ''; ; ) {
        const rows = await listingsAfter(pool, afterId, LISTINGS_PAGE);
        for (const listing of rows) index.put(listing);
        if (rows.length < LISTINGS_PAGE) break;
        afterId = rows.at(-1)?.apartment.id ?? '';
      }
      seen = before;
      isOutOfDate = true;
      // Another server cannot be asked just now, say: it is tried again each second, and all but search is served.
      await keepCalendars().catch(options.onError);
      timer = setInterval(() => {
        if (nextLook === undefined) poll().catch(options.onError);
      }, LISTINGS_POLL_MS);
      timer.unref();
    },

    committed(change) {
      whileReading?.push(change);
      apply(index.occupancy, change);
    },

    search(query) {
      return ready ? search(index, query, nowMs()) : NOT_READ_YET;
    },

    cities() {
      if (!ready) return NOT_READ_YET;
      if (cities?.of !== generation) cities = { of: generation, answer: { cities: index.cities() } };
      return { ok: true, data: cities.answer };
    },

    isPublic(apartmentId) {
      return index.isPublic(apartmentId);
    },

    async get(subject, apartmentId) {
      const found = await row(apartmentId);
      if (found?.wasListed === true || (found !== undefined && manages(subject, found))) {
        return { ok: true, data: withShownPhotos(found.apartment, options.pictureHosts) };
      }
      const sentence = `there is no apartment ${apartmentId}; look it up with GET /v1/apartments`;
      return refuse('not_found', sentence, found && OF_ANOTHER);
    },

    async mayManage(subject, apartmentId) {
      return (
        subject.kind === 'admin' || (subject.kind === 'host' && manages(subject, await row(apartmentId)))
      );
    },

    readAgain() {
      isOutOfDate = true;
    },

    async written() {
      await look();
    },
    poll,
    onTermsChanged(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get count() {
      return { indexed: index.size, listed: index.listed };
    },
    close: () => clearInterval(timer),
  };
}

function manages(subject: Subject | undefined, row: ListingRow | undefined): boolean {
  return subject?.kind === 'admin' || (subject?.kind === 'host' && row?.hostId === subject.id);
}
