/** What the address says of the host's list, and which page of it that is. */

import type { ManagedApartment } from '../../../../src/client/index.ts';
import { ListingStatus } from '../../../../src/protocol/terms.ts';

export const ROWS = 12;

export interface Wanted {
  readonly status: ListingStatus | 'every';
  /** A part of a name or city. */
  readonly text: string;
  /** From 1. */
  readonly page: number;
  /** Cursor of the server where a list goes on; undefined at the beginning. */
  readonly after: string | undefined;
}

export function wantedOf(query: URLSearchParams): Wanted {
  const status = ListingStatus.safeParse(query.get('status'));
  const page = Number.parseInt(query.get('page') ?? '1', 10);
  return {
    status: status.success ? status.data : 'every',
    text: query.get('q') ?? '',
    page: page >= 1 ? page : 1,
    after: query.get('after') ?? undefined,
  };
}

/** For `addressOf`: what is as usual is left out of the address. */
export function addressed({
  status,
  text,
  page,
  after,
}: Wanted): Record<string, string | number | undefined> {
  return {
    status: status === 'every' ? undefined : status,
    q: text,
    page: page === 1 ? undefined : page,
    after,
  };
}

export interface Rows {
  readonly rows: readonly ManagedApartment[];
  readonly page: number;
  readonly pages: number;
}

/** A page beyond the last is the last. */
export function rowsOf(apartments: readonly ManagedApartment[], wanted: Pick<Wanted, 'page'>): Rows {
  const pages = Math.max(1, Math.ceil(apartments.length / ROWS));
  const page = Math.min(wanted.page, pages);
  return { rows: apartments.slice((page - 1) * ROWS, page * ROWS), page, pages };
}
