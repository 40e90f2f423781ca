import { expect, it } from 'vitest';
import type { FactKind } from '../../src/actors/facts.ts';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import { PAYMENT_DEADLINE_MS } from '../../src/protocol/limits.ts';
import type { Subject } from '../../src/protocol/resources.ts';
import { memoryBooks } from '../../src/services/payments/sandbox/memory-books.ts';
import { SandboxPayments } from '../../src/services/payments/sandbox/provider.ts';
import { House, ManualTime } from '../support/apartment-house.ts';
import { openTerms } from '../support/terms.ts';

const NOW_MS = Date.UTC(2027, 0, 1, 12);
const TODAY = Math.floor(NOW_MS / 86_400_000);
const A = 'a1';
const ana = { id: 'ana', kind: 'guest' } as const;
const host = { id: 'h', kind: 'host' } as const;
const contact = { name: 'Ana', email: 'ana@example.com' };

/** Whether its step is about nights; a kind left out does not compile. */
const IS_ABOUT_NIGHTS: Record<FactKind, boolean> = {
  held: true,
  extended: true,
  confirming: true,
  authorised: true,
  declined: true,
  confirmed: true,
  released: true,
  expired: true,
  cancelled: true,
  blocked: true,
  unblocked: true,
  adopted: true,
  settled: false,
  paused: false,
  resumed: false,
  retired: false,
};

it('[C4] every fact is one step of the version and told once, and one about no night changes none', async () => {
  const journal = new MemoryJournal();
  journal.addListing(A, openTerms());
  const time = new ManualTime(NOW_MS);
  const provider = new SandboxPayments({
    books: memoryBooks(),
    nowMs: () => time.nowMs,
    after: (ms, call) => time.after(ms, call),
  });
  const house = new House({ journal, time, provider });
  const ask = async (subject: Subject, body: Parameters<House['ask']>[2]) => {
    const answer = house.ask(subject, A, body);
    await time.pass(1_000);
    return answer;
  };
  const hold = async (from: number) => {
    const stay = { from: TODAY + from, to: TODAY + from + 2 };
    return (await ask(ana, { kind: 'hold', stay, guests: 1 })).holdId;
  };
  const confirm = (holdId: string, method: string) => ask(ana, { kind: 'confirm', holdId, contact, method });

  await ask(ana, { kind: 'release', holdId: await hold(1) });
  const paid = await hold(20);
  await ask(ana, { kind: 'extend', holdId: paid });
  await confirm(paid, 'sandbox_declined');
  const { bookingId } = await confirm(paid, 'sandbox_ok');
  await ask(ana, { kind: 'cancel', bookingId });
  await confirm(await hold(30), 'sandbox_down');
  await time.pass(PAYMENT_DEADLINE_MS + 60_000);
  const range = { from: TODAY + 40, to: TODAY + 42 };
  const blocked = (await ask(host, { kind: 'block', range })).outcome;
  if (!blocked?.ok || !('block' in blocked.data)) throw new Error('the block was refused');
  await ask(host, { kind: 'unblock', blockId: blocked.data.block.id });
  await ask(ana, { kind: 'hold', stay: { from: TODAY + 50, to: TODAY + 52 }, guests: 1 });
  await ask({ id: 'acc', kind: 'guest' }, { kind: 'adopt', guestId: ana.id });
  for (const kind of ['pause', 'resume', 'retire'] as const) await ask(host, { kind });

  const facts = await journal.entries(A, 0, 100);
  expect(new Set(facts.map(({ fact }) => fact.kind))).toEqual(new Set(Object.keys(IS_ABOUT_NIGHTS)));
  expect(facts.map(({ version }) => version)).toEqual(facts.map((_, i) => i + 1));
  expect(house.changes.map(({ version }) => version)).toEqual(facts.map(({ version }) => version));
  for (const [i, { fact }] of facts.entries())
    expect(house.changes[i]!.changes.length > 0, fact.kind).toBe(IS_ABOUT_NIGHTS[fact.kind]);
});
