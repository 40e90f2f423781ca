/** Where a page of search results ended: opaque to clients, stable because it names a result, not a position. */
import { z } from 'zod';
import { Id } from '../../protocol/ids.ts';
import { Currency } from '../../protocol/resources.ts';

export type Sort = 'price_asc' | 'price_desc' | 'name';

export interface Place {
  /** Of the amounts that it is sorted among; empty where they do not matter. */
  readonly currency: string;
  /** Minor units, or the name as it is sorted. */
  readonly key: number | string;
  readonly id: string;
}

const Encoded = z.tuple([
  z.enum(['price_asc', 'price_desc', 'name']),
  z.union([Currency, z.literal('')]),
  z.union([z.int(), z.string()]),
  Id,
]);

export function encodeCursor(sort: Sort, { currency, key, id }: Place): string {
  return Buffer.from(JSON.stringify([sort, currency, key, id])).toString('base64url');
}

/** @returns undefined where it is no cursor of ours, or of another sort */
export function decodeCursor(sort: Sort, cursor: string): Place | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
  const parsed = Encoded.safeParse(value);
  if (!parsed.success || parsed.data[0] !== sort) return undefined;
  const [, currency, key, id] = parsed.data;
  const isByName = sort === 'name';
  if (isByName !== (typeof key === 'string') || isByName !== (currency === '')) return undefined;
  return { currency, key, id };
}
