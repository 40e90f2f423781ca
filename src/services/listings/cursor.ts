/** Where a page of search results ended: opaque to clients, stable because it names a result, not a position. */
import { z } from 'zod';
import { Id } from '../../protocol/ids.ts';

export type Sort = 'price_asc' | 'price_desc' | 'name';

export interface Place {
  /** Minor units, or the name as it is sorted. */
  readonly key: number | string;
  readonly id: string;
}

const Encoded = z.tuple([z.enum(['price_asc', 'price_desc', 'name']), z.union([z.int(), z.string()]), Id]);

export function encodeCursor(sort: Sort, { key, id }: Place): string {
  return Buffer.from(JSON.stringify([sort, key, id])).toString('base64url');
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
  const [, key, id] = parsed.data;
  return (sort === 'name') === (typeof key === 'string') ? { key, id } : undefined;
}
