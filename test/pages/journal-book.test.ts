import { expect, it, vi } from 'vitest';
import { modelOf } from '../../src/client/calendar-model.ts';
import type { WatchListener } from '../../src/client/watches.ts';
import { JournalBook } from '../../web/src/admin/history/journal-book.ts';
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
