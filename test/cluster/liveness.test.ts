import { describe, expect, it } from 'vitest';
import { LEASE_MISSED_MS, LEASE_MS, LEASE_RENEW_EVERY_MS } from '../../src/cluster/limits.ts';
import type { NodeRow } from '../../src/cluster/membership/lease-store.ts';
import { Liveness } from '../../src/cluster/membership/liveness.ts';

/** One observer and one other node, whose renewals and clocks the test moves. */
function observed() {
  const time = { nowMs: 10_000, databaseMs: 1_795_000_000_000 };
  const known = { isDead: false };
  const liveness = new Liveness(async () => known.isDead);
  let leaseEndsMs = time.databaseMs + LEASE_MS;
  const row = (): NodeRow => ({
    id: 'other',
    url: 'http://other',
    state: 'up',
    exclusive: false,
    level: 0,
    lease: String(leaseEndsMs),
    leaseLeftMs: leaseEndsMs - time.databaseMs,
    host: null,
    pid: null,
    started: null,
  });
  return {
    liveness,
    time,
    known,
    pass(ms: number) {
      time.nowMs += ms;
      time.databaseMs += ms;
    },
    renew() {
      leaseEndsMs = time.databaseMs + LEASE_MS;
    },
    look: async () =>
      (await liveness.look([row()], time.nowMs)).map(({ why, lease }) => [why, lease !== null]),
    nextMs: () => liveness.nextMs([row()]),
  };
}

describe('who is dead', () => {
  it('not who renews', async () => {
    const { look, pass, renew } = observed();
    for (let i = 0; i < 20; i++) {
      expect(await look()).toEqual([]);
      pass(LEASE_RENEW_EVERY_MS);
      renew();
    }
  });

  it('whose lease has ended, as soon as it has', async () => {
    const { look, pass, nextMs } = observed();
    for (const ms of [500, 500, 500]) {
      expect(await look()).toEqual([]);
      pass(ms);
    }
    expect(await look()).toEqual([]);
    pass(nextMs());
    expect(await look()).toEqual([['its lease ended', true]]);
  });

  it('at once whose process is known to be dead, once it missed a renewal or is suspected', async () => {
    const { look, pass, known } = observed();
    known.isDead = true;
    expect(await look()).toEqual([]);
    pass(LEASE_RENEW_EVERY_MS + 200);
    expect(await look()).toEqual([['its process is dead', false]]);
    const suspected = observed();
    suspected.known.isDead = true;
    suspected.liveness.suspect('other', 'refused', suspected.time.nowMs);
    expect(await suspected.look()).toEqual([['its process is dead', false]]);
  });

  it('who is suspected and misses a renewal; not who is suspected and renews', async () => {
    const { liveness, look, pass, renew, nextMs, time } = observed();
    await look();
    pass(400);
    // The last it did before it was killed, unseen so far.
    renew();
    pass(50);
    liveness.suspect('other', 'refused', time.nowMs);
    expect(await look()).toEqual([]);
    pass(nextMs());
    expect(await look()).toEqual([['refused', true]]);

    const alive = observed();
    alive.liveness.suspect('other', 'refused', alive.time.nowMs);
    for (let ms = 0; ms < LEASE_MS; ms += 500) {
      expect(await alive.look()).toEqual([]);
      alive.pass(500);
      alive.renew();
    }
    // And no longer is: this is a hiccup as any other.
    alive.pass(LEASE_MISSED_MS);
    expect(await alive.look()).toEqual([]);
  });

  it('nobody when PostgreSQL’s clock is set forwards, or when the observer was blind', async () => {
    const { look, pass, renew, time } = observed();
    await look();
    pass(100);
    time.databaseMs += 3_600_000;
    expect(await look()).toEqual([]);
    pass(400);
    renew();
    expect(await look()).toEqual([]);
    // PostgreSQL was away for both; the observer is the first to be back.
    pass(30_000);
    expect(await look()).toEqual([]);
    pass(300);
    renew();
    expect(await look()).toEqual([]);
  });

  it('who stops renewing after PostgreSQL’s clock was set back', async () => {
    const { look, pass, time } = observed();
    await look();
    time.databaseMs -= 3_600_000;
    for (let ms = 0; ms < 2 * LEASE_MS; ms += 500) {
      expect(await look()).toEqual([]);
      pass(500);
    }
    expect(await look()).toEqual([['it does not renew its lease', true]]);
  });
});
