import type { Pool } from 'pg';
import { afterEach, expect, it, vi } from 'vitest';
import { LOOKUP_PATIENCE_MS, LOOKUPS_WAITING_MAX } from '../../src/services/listings/limits.ts';
import { Lookups } from '../../src/services/listings/lookups.ts';

/** A database in which every id that does not begin with an n is an apartment. Each statement is answered by hand. */
function database() {
  const statements: { ids: string[]; answer(): void; fail(cause: Error): void }[] = [];
  const query = (_: string, [ids = []]: [string[]]) =>
    new Promise((resolve, reject) => {
      const rows = ids
        .filter((id) => !id.startsWith('n'))
        .map((id) => ({ id, host_id: null, was_listed: false, tx: '1' }));
      statements.push({ ids, answer: () => resolve({ rows }), fail: reject });
    });
  return { statements, lookups: new Lookups({ query } as unknown as Pool) };
}
afterEach(() => vi.useRealTimers());
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('looks up in one statement what is asked for at once, and in the next one what is meanwhile', async () => {
  const { statements, lookups } = database();
  const first = ['a', 'none', 'a'].map((id) => lookups.row(id));
  await turn();
  const second = ['b', 'c'].map((id) => lookups.row(id));
  await turn();
  expect(statements.map(({ ids }) => ids)).toEqual([['a', 'none']]);
  statements[0]!.answer();
  expect((await Promise.all(first)).map((row) => row?.apartment.id)).toEqual(['a', undefined, 'a']);
  await turn();
  expect(statements.map(({ ids }) => ids)).toEqual([
    ['a', 'none'],
    ['b', 'c'],
  ]);
  statements[1]!.answer();
  expect((await Promise.all(second)).map((row) => row?.apartment.id)).toEqual(['b', 'c']);
});

it('goes on after a statement that failed, of which all who shared it hear', async () => {
  const { statements, lookups } = database();
  const failed = ['a', 'b'].map((id) => lookups.row(id));
  await turn();
  const next = lookups.row('a');
  const cause = new Error('the database is away');
  statements[0]!.fail(cause);
  for (const row of failed) await expect(row).rejects.toBe(cause);
  await turn();
  statements[1]!.answer();
  expect((await next)?.apartment.id).toBe('a');
});

it('lets no more wait than a statement takes, but who asks for what is asked for already', async () => {
  const { statements, lookups } = database();
  const all = Array.from({ length: LOOKUPS_WAITING_MAX }, (_, i) => lookups.row(`a${i}`));
  const more = lookups.row('one-more');
  all.push(lookups.row('a7'));
  await expect(more).rejects.toMatchObject({ body: { code: 'unavailable', retryAfterMs: 1_000 } });
  await turn();
  statements[0]!.answer();
  expect((await Promise.all(all)).at(-1)?.apartment.id).toBe('a7');
});

it('waits for a round so long and no longer, with one timer, and asks nothing for whom nobody waits', async () => {
  vi.useFakeTimers();
  const { statements, lookups } = database();
  const unavailable = { body: { code: 'unavailable', retryAfterMs: 1_000 } };
  const late = ['a', 'b'].map((id) => expect(lookups.row(id)).rejects.toMatchObject(unavailable));
  await vi.advanceTimersByTimeAsync(0);
  const later = ['c', 'd', 'e'].map((id) => expect(lookups.row(id)).rejects.toMatchObject(unavailable));
  expect(vi.getTimerCount()).toBe(2);
  await vi.advanceTimersByTimeAsync(LOOKUP_PATIENCE_MS);
  await Promise.all([...late, ...later]);
  // At once, as its turn has not come.
  await expect(lookups.row('f')).rejects.toMatchObject(unavailable);
  expect(vi.getTimerCount()).toBe(0);
  statements[0]!.answer();
  await vi.advanceTimersByTimeAsync(0);
  const next = lookups.row('g');
  await vi.advanceTimersByTimeAsync(0);
  expect(statements.map(({ ids }) => ids)).toEqual([['a', 'b'], ['g']]);
  statements[1]!.answer();
  expect((await next)?.apartment.id).toBe('g');
});
