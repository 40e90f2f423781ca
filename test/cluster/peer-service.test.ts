import { expect, it } from 'vitest';
import { Interest } from '../../src/cluster/interest.ts';
import { PeerService } from '../../src/cluster/peer-service.ts';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import { House, ManualTime } from '../support/apartment-house.ts';
import { openTerms } from '../support/terms.ts';

const NOW_MS = Date.UTC(2027, 0, 1, 12);
const TODAY = Math.floor(NOW_MS / 86_400_000);
const ana = { id: 'ana', kind: 'guest' } as const;
const A = 'a1';

it('[C8] refuses a command that only a newer version knows, and leaves the apartment running', async () => {
  const journal = new MemoryJournal();
  journal.addListing(A, openTerms());
  const time = new ManualTime(NOW_MS);
  const house = new House({ journal, time });
  const { registry, reads, openHolds } = house;
  const clock = { nowMs: () => time.nowMs };
  const interest = new Interest(clock.nowMs);
  const accepts = () => true;
  const service = new PeerService({
    registry,
    reads,
    openHolds,
    clock,
    interest,
    accepts,
    ownShards: () => '',
  });
  house.ask(ana, A, { kind: 'hold', stay: { from: TODAY, to: TODAY + 2 }, guests: 1 });
  await time.pass(100);
  const running = registry.get(A);

  for (const kind of ['sublet', 'constructor']) {
    const command = { kind, apartmentId: A, requestId: House.requestId() };
    const answers: unknown[] = [];
    const ask = () =>
      service.onRequest('peer', 'command', [ana, command], 10_000, (answer) => answers.push(answer));
    expect(ask).toThrow(`a peer sends the command ${kind}, which this version does not know`);
    await time.pass(100);
    expect(answers).toEqual([]);
  }
  expect(registry.get(A)).toBe(running);
  expect(house.faults).toEqual([]);
});
