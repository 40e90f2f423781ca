import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claimsIn, type HoldClaim } from '../../src/actors/calendar/calendar.ts';
import { EXTENSION_MS, HOLD_CAP_MS } from '../../src/actors/limits.ts';
import { PAYMENT_DEADLINE_MS } from '../../src/protocol/limits.ts';
import { BareApartment } from '../support/bare-apartment.ts';

const START_MS = Date.UTC(2027, 0, 1, 12);
const TODAY = Math.floor(START_MS / 86_400_000);
const NIGHTS = 12;
const TTL_MS = 600_000;

/** One thing that happens: small domains, so that things meet. */
const happening = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('hold' as const),
      guest: fc.nat(3),
      from: fc.nat(NIGHTS - 1),
      nights: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('release' as const), guest: fc.nat(3), nth: fc.nat(5) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('extend' as const), guest: fc.nat(3), nth: fc.nat(5) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('confirm' as const), guest: fc.nat(3), nth: fc.nat(5) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('paid' as const),
      nth: fc.nat(5),
      answer: fc.constantFrom('ok' as const, 'declined' as const, 'never' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('block' as const),
      from: fc.nat(NIGHTS - 1),
      nights: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unblock' as const), nth: fc.nat(3) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(1_000, 200_000, TTL_MS, PAYMENT_DEADLINE_MS),
    }),
  },
);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

interface ModelClaim {
  id: string;
  owner: string;
  from: number;
  to: number;
  kind: 'hold' | 'confirming' | 'booking' | 'block';
  endsAtMs: number;
  openUntilMs: number;
  firstMs: number;
  extended: boolean;
}

/** The oracle: a list of claims and the rules of domain.md, written again as plainly as can be. */
class Model {
  claims: ModelClaim[] = [];
  /** Holds that ended without a booking, for ever. */
  past: (ModelClaim & { readonly endedAtMs: number })[] = [];
  taken = (from: number, to: number) => this.claims.filter((claim) => claim.from < to && from < claim.to);
  lapse(nowMs: number): void {
    this.end(
      this.claims.filter((claim) => nowMs >= claim.endsAtMs),
      nowMs,
    );
  }
  end(holds: readonly ModelClaim[], nowMs: number): void {
    this.claims = this.claims.filter((claim) => !holds.includes(claim));
    for (const hold of holds) this.past.push({ ...hold, endedAtMs: Math.min(nowMs, hold.endsAtMs) });
  }
  /** Since when somebody has held some of these nights, with pauses of less than the cap. */
  firstMs(owner: string, from: number, to: number, nowMs: number): number {
    const before = this.past.filter(
      (hold) =>
        hold.owner === owner && hold.from < to && from < hold.to && nowMs - hold.endedAtMs < HOLD_CAP_MS,
    );
    return Math.min(nowMs, ...before.map((hold) => hold.firstMs));
  }
}

function run(history: Happening[]): BareApartment {
  const real = new BareApartment(START_MS);
  real.holdTtlMs = TTL_MS;
  const model = new Model();
  const guest = (n: number) => ({ id: `g${n}`, kind: 'guest' as const });
  const host = { id: 'host', kind: 'host' as const };
  const pick = <T>(list: T[], nth: number): T | undefined => list[nth % Math.max(1, list.length)];

  for (const step of history) {
    if (step.do === 'wait') real.nowMs += step.ms;
    model.lapse(real.nowMs);
    switch (step.do) {
      case 'hold': {
        const owner = guest(step.guest);
        const [from, to] = [TODAY + step.from, TODAY + step.from + step.nights];
        const mine = model
          .taken(from, to)
          .filter((claim) => claim.owner === owner.id && claim.kind === 'hold');
        const others = model.taken(from, to).filter((claim) => !mine.includes(claim));
        const open = model.claims.filter(
          (claim) => claim.owner === owner.id && ['hold', 'confirming'].includes(claim.kind),
        );
        const since = model.firstMs(owner.id, from, to, real.nowMs);
        const firstMs = Math.min(since, ...mine.map((claim) => claim.firstMs));
        const endsAtMs = Math.min(real.nowMs + TTL_MS, firstMs + HOLD_CAP_MS);
        const fits = others.length === 0 && open.length - mine.length < 5 && endsAtMs > real.nowMs;
        const { outcome } = real.command(owner, { kind: 'hold', stay: { from, to }, guests: 1 });
        expect(outcome?.ok, JSON.stringify(step)).toBe(fits);
        if (outcome?.ok && 'hold' in outcome.data) {
          model.end(mine, real.nowMs);
          model.claims.push({
            id: outcome.data.hold.id,
            owner: owner.id,
            from,
            to,
            kind: 'hold',
            endsAtMs,
            openUntilMs: endsAtMs,
            firstMs,
            extended: false,
          });
          expect(Date.parse(outcome.data.hold.expiresAt)).toBe(endsAtMs);
        } else if (others.length > 0 && outcome?.ok === false) {
          expect(outcome.error.code).toBe('nights_unavailable');
          for (const other of outcome.error.alternatives ?? []) {
            const night = Date.parse(other.checkIn) / 86_400_000;
            const taken = model.taken(night, night + step.nights);
            const isOthers = ({ owner: whose, kind }: ModelClaim) => whose !== owner.id || kind !== 'hold';
            expect(taken.filter(isOthers)).toEqual([]);
          }
        }
        break;
      }
      case 'release':
      case 'extend':
      case 'confirm': {
        const target = pick(
          model.claims.filter((claim) => ['hold', 'confirming'].includes(claim.kind)),
          step.nth,
        );
        if (target === undefined) break;
        const subject = guest(step.guest);
        const body = {
          holdId: target.id,
          contact: { name: 'A', email: 'a@example.com' },
          method: 'sandbox_ok',
        };
        const turn = real.command(subject, { ...body, kind: step.do });
        const own = target.owner === subject.id;
        const until = Math.min(real.nowMs + EXTENSION_MS, target.firstMs + HOLD_CAP_MS);
        const fits =
          own &&
          target.kind === 'hold' &&
          (step.do !== 'extend' || (!target.extended && until > target.endsAtMs));
        expect(turn.entries.length > 0, JSON.stringify(step)).toBe(fits);
        if (!own) expect(turn.outcome).toMatchObject({ ok: false, error: { code: 'not_found' } });
        if (!fits) break;
        if (step.do === 'release') model.end([target], real.nowMs);
        if (step.do === 'extend')
          Object.assign(target, { endsAtMs: until, openUntilMs: until, extended: true });
        if (step.do === 'confirm')
          Object.assign(target, { kind: 'confirming', endsAtMs: real.nowMs + PAYMENT_DEADLINE_MS });
        break;
      }
      case 'paid': {
        const target = pick(
          model.claims.filter((claim) => claim.kind === 'confirming'),
          step.nth,
        );
        if (target === undefined || step.answer === 'never') break;
        const hold = real.calendar.claims.find((claim) => claim.id === target.id) as HoldClaim;
        const { key, bookingId } = hold.payment!;
        if (step.answer === 'declined') {
          real.payment({ kind: 'declined', holdId: hold.id, key, reason: 'declined' });
          Object.assign(target, { kind: 'hold', endsAtMs: target.openUntilMs });
          model.lapse(real.nowMs);
          break;
        }
        const { from, to, guests, guestId, price } = hold;
        const contact = { name: 'A', email: 'a@example.com' };
        const booking = {
          id: bookingId,
          holdId: hold.id,
          from,
          to,
          guests,
          guestId,
          contact,
          price,
          policy: 'flexible' as const,
          paymentKey: key,
        };
        real.payment({ kind: 'authorised', holdId: hold.id, key });
        real.payment({ kind: 'captured', holdId: hold.id, key, booking });
        Object.assign(target, { id: bookingId, kind: 'booking', endsAtMs: Number.POSITIVE_INFINITY });
        break;
      }
      case 'block': {
        const range = { from: TODAY + step.from, to: TODAY + step.from + step.nights };
        const fits = model.taken(range.from, range.to).length === 0;
        const { outcome } = real.command(host, { kind: 'block', range });
        expect(outcome?.ok).toBe(fits);
        if (outcome?.ok && 'block' in outcome.data) {
          model.claims.push({
            id: outcome.data.block.id,
            owner: 'host',
            ...range,
            kind: 'block',
            endsAtMs: Number.POSITIVE_INFINITY,
            openUntilMs: 0,
            firstMs: 0,
            extended: false,
          });
        }
        break;
      }
      case 'unblock': {
        const target = pick(
          model.claims.filter((claim) => claim.kind === 'block'),
          step.nth,
        );
        if (target === undefined) break;
        expect(real.command(host, { kind: 'unblock', blockId: target.id }).outcome?.ok).toBe(true);
        model.claims = model.claims.filter((claim) => claim !== target);
        break;
      }
      case 'wait':
        real.tick();
    }
    const claimed = real.calendar.claims.map(({ id, from, to }) => `${id} ${from} ${to}`);
    const expected = model.claims
      .toSorted((a, b) => a.from - b.from)
      .map(({ id, from, to }) => `${id} ${from} ${to}`);
    expect(claimed).toEqual(expected);
  }
  return real;
}

describe('random histories against a model', () => {
  it('[I1] [I5] claims exactly what the rules say, never twice, never past its end', () => {
    fc.assert(
      fc.property(fc.array(happening, { minLength: 20, maxLength: 80, size: 'max' }), (history) => {
        const { calendar } = run(history);
        for (let night = TODAY; night < TODAY + NIGHTS + 5; night++) {
          expect(claimsIn(calendar, { from: night, to: night + 1 }).length).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('[I4] numbers facts without gap or repeat, and replaying them gives the same calendar', () => {
    fc.assert(
      fc.property(fc.array(happening, { minLength: 20, maxLength: 80, size: 'max' }), (history) => {
        const real = run(history);
        expect(real.entries.map((entry) => entry.version)).toEqual(real.entries.map((_, i) => i + 1));
        expect(JSON.parse(JSON.stringify(real.replayed()))).toEqual(
          JSON.parse(JSON.stringify(real.calendar)),
        );
      }),
      { numRuns: 200 },
    );
  });
});
