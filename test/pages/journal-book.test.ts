import { expect, it, vi } from 'vitest';
import { modelOf } from '../../src/client/calendar-model.ts';
import type { WatchListener } from '../../src/client/watches.ts';
import { JournalBook, pageOf } from '../../web/src/admin/history/journal-book.ts';
import { client } from '../../web/src/shared/live/client.ts';

vi.mock('../../web/src/shared/live/client.ts', () => ({
  client: { clock: { nowMs: () => 0 }, watch: vi.fn(() => () => {}), management: { journal: vi.fn() } },
}));
vi.stubGlobal('requestAnimationFrame', (draw: () => void) => setTimeout(draw));
vi.stubGlobal('cancelAnimationFrame', clearTimeout);

const calendar = (version: number) => ({
  ...{ apartmentId: 'a', version, from: '2027-03-01', to: '2027-03-02' },
  taken: [],
});
const facts = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({ version: from + i, type: 'released', at: '' }));

it('reads on to the last fact heard of, also where the answer on its way was made before it', async () => {
  let committed = 1;
  const asked = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  vi.mocked(client.management.journal).mockImplementation(async (_, { after = 0 } = {}) => {
    const latestVersion = committed;
    if (latestVersion === 2) {
      asked.resolve();
      await answered.promise;
    }
    const data = {
      latestVersion,
      facts: facts(after + 1, latestVersion + 1),
      calendar: calendar(latestVersion),
    };
    return { ok: true, data } as never;
  });
  const book = new JournalBook('a');
  book.open();
  const reached = (version: number) => vi.waitUntil(() => book.latest === version, { timeout: 4_000 });
  const watcher = vi.mocked(client.watch).mock.calls[0]?.[3] as WatchListener;
  const hear = (version: number) => {
    committed = version;
    watcher.update({ calendar: modelOf(calendar(version)) } as never);
  };
  await reached(1);
  hear(2);
  await asked.promise;
  hear(3);
  hear(4);
  answered.resolve();
  await reached(4);
  expect(book.fact(4)).toBeDefined();
  book.close();
});

it('[C11] asks for nothing that is archived, and says from where on there is something', async () => {
  const [archived, latest] = [60, 130];
  const asked: NonNullable<Parameters<typeof client.management.journal>[1]>[] = [];
  vi.mocked(client.management.journal).mockImplementation(async (_, query = {}) => {
    asked.push(query);
    const { version = latest, limit = 500, at } = query;
    if (version < archived || at !== undefined)
      return { ok: false, error: { code: 'not_found', message: '', retryable: false } } as never;
    const after = Math.max(archived, query.after ?? version - limit);
    const some = facts(after + 1, Math.min(version, after + limit) + 1).map((fact) => ({
      ...{ ...fact, kind: 'released', fact: { hold: `h${(archived - 5).toString(36)}-x` } },
    }));
    return {
      ok: true,
      data: { latestVersion: latest, archivedVersion: archived, facts: some, calendar: calendar(version) },
    } as never;
  });
  const book = new JournalBook('a');
  book.open();
  await vi.waitUntil(() => book.latest === latest);
  expect(book.archived).toBe(archived);
  // The page has facts of the archive, and its first ones speak about holds that began there.
  book.wantPage(archived + 1);
  await vi.waitUntil(() => book.fact(archived + 1) !== undefined);
  book.wantPage(archived + 1);
  book.wantPage(archived - 1);
  expect(pageOf(archived + 1, { archived, latest })).toEqual({ after: archived, last: 100 });
  expect(pageOf(archived - 20, { archived, latest })).toEqual({ after: archived, last: 50 });
  book.wantCalendars(archived);
  await vi.waitUntil(() => book.calendar(archived) !== undefined);
  book.wantCalendars(archived + 1);
  await vi.waitUntil(() => book.calendar(archived + 1) !== undefined);
  expect(asked.filter(({ version = latest }) => version < archived)).toEqual([]);
  expect(asked.filter(({ after = archived }) => after < archived)).toEqual([]);
  expect(asked.length).toBe(4);
  expect(await book.asOf('2027-01-01T00:00:00Z')).toBe('archived');
  expect(book.error).toBeUndefined();
  book.close();
});
