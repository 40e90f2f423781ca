import { describe, expect, it } from 'vitest';
import { CHANGES, ChangeStream, type HeardChange } from '../../src/cluster/change-stream.ts';
import { CHANGES_AT_ONCE_MAX, CHANGES_SILENCE_MS } from '../../src/cluster/limits.ts';
import type { CommittedChange } from '../../src/protocol/committed-change.ts';
import { instant } from '../../src/protocol/instant.ts';
import type { Hold } from '../../src/protocol/resources.ts';
import { ManualTime } from '../support/apartment-house.ts';

const NOW_MS = Date.UTC(2027, 0, 1);

/** Two nodes, and a wire between them that can lose notes. */
class World {
  readonly time = new ManualTime(NOW_MS);
  readonly heard: HeardChange[] = [];
  missed = 0;
  notes = 0;
  isCut = false;
  /** Whether the receiver counts the sender among its peers. */
  isMember = true;
  /** Whether the sender counts the receiver among its peers. */
  isKnown = true;
  readonly sender = this.#node(
    () => (this.isKnown ? ['b'] : []),
    (body) => this.receiver.receive('a', body),
  );
  readonly receiver: ChangeStream = this.#node(
    () => (this.isMember ? ['a'] : []),
    () => {},
  );

  #node(others: () => string[], send: (body: unknown) => void): ChangeStream {
    return new ChangeStream({
      note: (_peer, name, body) => {
        expect(name).toBe(CHANGES);
        this.notes += 1;
        if (!this.isCut) send(JSON.parse(JSON.stringify(body)));
      },
      others: () => others().map((id) => ({ id, url: `http://${id}` })),
      scheduler: this.time,
      monotonicMs: () => this.time.nowMs,
      heard: (change) => void this.heard.push(change),
      missed: () => void this.missed++,
    });
  }
}

function change(version: number, more: Partial<CommittedChange> = {}): CommittedChange {
  const nothing = { cause: undefined, guestId: undefined, hold: undefined, booking: undefined };
  const changes = [{ from: version, to: version + 1, status: 'held', heldUntilMs: NOW_MS }] as const;
  return { apartmentId: 'a1', version, changes, atMs: NOW_MS, ...nothing, ...more };
}
const hold = (id: string, status: Hold['status']) =>
  ({ id, status, expiresAt: instant(NOW_MS + 1_000) }) as unknown as Hold;

describe('the stream of changes', () => {
  it('brings every change in order, gathered, with what it says of holds', async () => {
    const world = new World();
    world.sender.committed(change(1));
    world.sender.committed(
      change(2, { guestId: 'ana', hold: hold('h2', 'held'), replaced: [hold('h1', 'released')] }),
    );
    world.sender.committed(change(3, { guestId: 'ana', hold: hold('h2', 'released') }));
    await world.time.pass(50);
    expect(world.notes).toBe(1);
    expect(world.heard.map(({ changes }) => changes[0]?.from)).toEqual([1, 2, 3]);
    expect(world.heard.map((heard) => heard.hold)).toEqual([
      undefined,
      { guestId: 'ana', id: 'h2', untilMs: NOW_MS + 1_000, replaced: ['h1'] },
      { guestId: 'ana', id: 'h2', untilMs: 0, replaced: [] },
    ]);
    expect(world.missed).toBe(0);
  });

  it('does not gather more than it may', () => {
    const world = new World();
    for (let version = 1; version <= CHANGES_AT_ONCE_MAX; version++) world.sender.committed(change(version));
    expect(world.heard).toHaveLength(CHANGES_AT_ONCE_MAX);
  });

  it('tells that a note was lost: with the next, or the silence after it', async () => {
    const world = new World();
    world.sender.committed(change(1));
    await world.time.pass(50);
    world.isCut = true;
    world.sender.committed(change(2));
    await world.time.pass(50);
    world.isCut = false;
    expect(world.missed).toBe(0);
    await world.time.pass(2 * CHANGES_SILENCE_MS);
    expect(world.missed).toBe(1);
  });

  it('tells that a node has spoken before there was a link', async () => {
    const world = new World();
    world.isCut = true;
    world.sender.committed(change(1));
    await world.time.pass(50);
    world.isCut = false;
    world.sender.committed(change(2));
    await world.time.pass(50);
    expect(world.missed).toBe(1);
  });

  it('tells that a node has committed before it knew of anybody', async () => {
    const world = new World();
    world.isKnown = false;
    world.sender.committed(change(1));
    world.isKnown = true;
    world.sender.committed(change(2));
    await world.time.pass(50);
    expect(world.heard).toHaveLength(1);
    expect(world.missed).toBe(1);
  });

  it('lets others notice within a moment that there is something they were not told', async () => {
    const world = new World();
    world.sender.committed(change(1));
    await world.time.pass(50);
    world.sender.untold();
    expect(world.missed).toBe(0);
    await world.time.pass(2 * CHANGES_SILENCE_MS);
    expect(world.missed).toBe(1);
  });

  it('tells once that a node is gone, which may have told nobody what it committed last', async () => {
    const world = new World();
    world.sender.committed(change(1));
    await world.time.pass(50);
    expect(world.missed).toBe(0);
    world.isCut = true;
    world.receiver.othersChanged();
    expect(world.missed).toBe(0);
    world.isMember = false;
    world.receiver.othersChanged();
    world.receiver.othersChanged();
    await world.time.pass(3 * CHANGES_SILENCE_MS);
    expect(world.missed).toBe(1);
  });
});
