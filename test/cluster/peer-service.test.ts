import { expect, it } from 'vitest';
import { Interest } from '../../src/cluster/interest.ts';
import { PeerService } from '../../src/cluster/peer-service.ts';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import { memoryBooks } from '../../src/services/payments/sandbox/memory-books.ts';
import { SandboxPayments } from '../../src/services/payments/sandbox/provider.ts';
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
    accessRefused: () => {},
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

it('[H8] tells this server’s log of what is another’s, and the peer what it would tell of what is not there', async () => {
  const journal = new MemoryJournal();
  journal.addListing(A, openTerms());
  const time = new ManualTime(NOW_MS);
  const after = (ms: number, call: () => void) => time.after(ms, call);
  const provider = new SandboxPayments({ books: memoryBooks(), nowMs: () => time.nowMs, after });
  const { registry, reads, openHolds, faults } = new House({ journal, time, provider });
  const clock = { nowMs: () => time.nowMs };
  const refused: string[] = [];
  const service = new PeerService({
    ...{ registry, reads, openHolds, clock, interest: new Interest(clock.nowMs) },
    accepts: () => true,
    ownShards: () => '',
    accessRefused: (subjectId, command) => refused.push(`${subjectId} ${command}`),
  });
  const ask = async (by: string, command: object): Promise<PeerAnswer> => {
    const answered = new Promise<unknown>((resolve) => {
      const whole = { apartmentId: A, requestId: House.requestId(), ...command };
      void service.onRequest('peer', 'command', [{ id: by, kind: 'guest' }, whole], 10_000, resolve);
    });
    await time.pass(1_000);
    return JSON.parse(JSON.stringify(await answered)).body as PeerAnswer;
  };
  const hold = async (nights: number) =>
    (await ask('ana', { kind: 'hold', stay: { from: TODAY + nights, to: TODAY + nights + 2 }, guests: 1 }))
      .data!.hold!.id;

  const open = await hold(1);
  const ended = await hold(5);
  await ask('ana', { kind: 'release', holdId: ended });
  const contact = { name: 'Ana', email: 'ana@example.com' };
  const confirm = { kind: 'confirm', holdId: await hold(9), contact, method: 'sandbox_ok' };
  const bookingId = (await ask('ana', confirm)).data!.booking!.id;
  const attempts = (holdIds: string[], ofBooking: string) => [
    ...holdIds.flatMap((holdId) => [
      { kind: 'release', holdId },
      { kind: 'extend', holdId },
      { kind: 'confirm', holdId, contact, method: 'sandbox_ok' },
    ]),
    { kind: 'cancel', bookingId: ofBooking },
  ];
  for (const attempt of attempts(['h1-none', 'h9-none'], 'b9-none')) {
    const { error } = await ask('ben', attempt);
    expect(error?.code).toBe('not_found');
  }
  await ask('ana', { kind: 'extend', holdId: ended });
  expect(refused).toEqual([]);
  for (const attempt of attempts([open, ended], bookingId)) {
    const { error } = await ask('ben', attempt);
    expect(Object.keys(error ?? {})).toEqual(['code', 'message', 'retryable']);
    expect(error?.code).toBe('not_found');
  }
  expect(refused).toEqual([
    ...['ben release', 'ben extend', 'ben confirm', 'ben release', 'ben extend', 'ben confirm', 'ben cancel'],
  ]);
  expect(faults).toEqual([]);
});

interface PeerAnswer {
  readonly data?: { hold?: { id: string }; booking?: { id: string } };
  readonly error?: { code: string };
}
