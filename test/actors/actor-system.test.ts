import { beforeEach, describe, expect, it } from 'vitest';
import type { InspectionEvent } from 'xstate';
import { ActorSystem } from '../../src/actors/actor-system.ts';
import { emptyCalendar } from '../../src/actors/calendar/calendar.ts';
import { SNAPSHOT_EVERY_FACTS } from '../../src/actors/limits.ts';
import { type TraceLine, traceTo } from '../../src/actors/trace.ts';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import { House, ManualTime } from '../support/apartment-house.ts';
import { openTerms } from '../support/terms.ts';

const NOW_MS = Date.UTC(2027, 0, 1, 12);
const TODAY = Math.floor(NOW_MS / 86_400_000);
const ana = { id: 'ana', kind: 'guest' } as const;
const host = { id: 'host', kind: 'host' } as const;
const A = 'a1';
const hold = (from: number) =>
  ({ kind: 'hold', stay: { from: TODAY + from, to: TODAY + from + 2 }, guests: 1 }) as const;

let journal: MemoryJournal;
let time: ManualTime;
let house: House;

beforeEach(() => {
  journal = new MemoryJournal();
  journal.addListing(A, openTerms());
  journal.addListing('a2', openTerms());
  time = new ManualTime(NOW_MS);
  house = new House({ journal, time });
});

async function ask(...[subject, id, body]: Parameters<House['ask']>) {
  const answer = house.ask(subject, id, body);
  await time.pass(10);
  return answer;
}

describe('apartments as XState actors', () => {
  it('are children of one system, whose inspector sees their commands and states while it is attached', async () => {
    await ask(ana, A, hold(0));
    const lines: TraceLine[] = [];
    const inspection = house.registry.system.inspect(traceTo((line) => void lines.push(line)));
    const held = await ask(ana, 'a2', hold(0));
    await ask(ana, A, hold(0));
    await ask(host, A, { kind: 'pause' });
    await ask(ana, A, hold(9));
    inspection.unsubscribe();
    await ask(ana, 'a2', { kind: 'release', holdId: held.holdId });

    expect(lines.map(({ event, apartmentId, type }) => [event, apartmentId, type].join(' '))).toEqual(
      [`a2 hold`, `${A} hold`, `${A} pause`, `${A} hold`].flatMap((of) => [
        `apartment.received ${of}`,
        `apartment.decided ${of}`,
      ]),
    );
    expect(lines.filter(({ event }) => event === 'apartment.decided')).toMatchObject([
      { state: 'listed', version: 1, facts: ['held'] },
      { state: 'listed', version: 2, facts: ['held'] },
      { state: 'paused', version: 3, facts: ['paused'] },
      { state: 'paused', version: 3, facts: [], refusal: 'rule_violation' },
    ]);
    expect(lines[0]).toMatchObject({ subjectId: 'ana', requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  });

  it('are shown to an inspector without what a guest has typed', async () => {
    const lines: TraceLine[] = [];
    const { holdId } = await ask(ana, A, hold(0));
    house.registry.system.inspect(traceTo((line) => void lines.push(line)));
    const contact = { name: 'Ana Lima', email: 'ana@example.com' };
    await ask(ana, A, { kind: 'confirm', holdId, contact, method: 'sandbox_ok' });
    expect(lines).toMatchObject([
      { type: 'confirm', holdId },
      { type: 'confirm', facts: ['confirming'] },
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/Lima|example\.com/);
  });

  it('[I5] go on from the snapshot that XState persisted', async () => {
    await ask(host, A, { kind: 'block', range: { from: TODAY + 50, to: TODAY + 52 } });
    for (let i = 1; i < SNAPSHOT_EVERY_FACTS; i++)
      await ask(host, A, { kind: i % 2 === 0 ? 'resume' : 'pause' });
    await time.pass(1_000);
    const { snapshot, entries } = (await journal.load(A, 1, 10))!;
    expect(snapshot?.state).toMatchObject({ status: 'active', value: 'paused' });
    expect(entries).toEqual([]);

    const next = new House({ journal, time, name: 'next' });
    const refused = next.ask(ana, A, hold(50));
    await time.pass(10);
    expect(refused.code).toBe('rule_violation');
    expect(next.registry.get(A)?.version).toBe(SNAPSHOT_EVERY_FACTS);
  });

  it('take what is sent while they decide afterwards, in order', () => {
    const system = new ActorSystem();
    const actor = system.start(A, emptyCalendar());
    const order: string[] = [];
    system.inspect((seen: InspectionEvent) => {
      if (seen.type !== '@xstate.snapshot') return;
      order.push(seen.event.type);
      if (seen.event.type === 'tick' && order.length === 1) {
        actor.send({ type: 'payment', step: { kind: 'settled', key: 'k', outcome: 'voided' }, turn });
        order.push('sent');
      }
    });
    const turn = { atMs: NOW_MS, apartmentId: A } as never;
    actor.send({ type: 'tick', turn });
    expect(order).toEqual(['tick', 'sent', 'payment']);
    expect(actor.getSnapshot().status).toBe('active');
  });

  it('are stopped with the instance that they are of', async () => {
    await ask(ana, A, hold(0));
    const ended: string[] = [];
    house.registry.system.inspect((seen) => {
      if (seen.type === '@xstate.snapshot' && seen.snapshot.status === 'stopped') ended.push(seen.event.type);
    });
    house.dropAll();
    expect(ended).toEqual(['xstate.stop']);
  });
});
