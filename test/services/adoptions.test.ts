import { beforeEach, describe, expect, it } from 'vitest';
import type { Adoption, AdoptionStore } from '../../src/persistence/statements/adoptions.ts';
import type { ApartmentCommand } from '../../src/protocol/apartment-command.ts';
import { type Outcome, refuse } from '../../src/protocol/errors.ts';
import type { Hold } from '../../src/protocol/resources.ts';
import { Adoptions } from '../../src/services/adoptions/index.ts';
import {
  ADOPTION_PATIENCE_MS,
  ADOPTION_RETRY_MS_MAX,
  ADOPTIONS_AT_ONCE,
  ADOPTIONS_POLL_MS,
  APARTMENTS_AT_ONCE,
} from '../../src/services/adoptions/limits.ts';
import { ManualTime, turnOfEvents } from '../support/apartment-house.ts';

let time: ManualTime;
let due: Adoption[];
/** What the store was told, in order. */
let told: string[];
let held: string[];
let booked: string[];
let asked: string[];
let answer: (command: ApartmentCommand) => Promise<Outcome<unknown>>;
let isUnderstood: boolean;
let faults: string[];

const store: AdoptionStore = {
  async take({ limit }) {
    return due.splice(0, limit);
  },
  async passed(guestId) {
    told.push(`passed ${guestId}`);
  },
  async failed(guestId, againMs) {
    told.push(`failed ${guestId} ${againMs}`);
  },
  async end(guestId) {
    told.push(`end ${guestId}`);
  },
  async apartmentsBookedBy(_, after, limit) {
    return booked.filter((id) => id > after).slice(0, limit);
  },
};

function begin(): Adoptions {
  let ids = 0;
  return new Adoptions({
    store,
    openHoldsOf: async () => held.map((apartmentId) => ({ apartmentId }) as Hold),
    ask: ({ id }, command) => {
      asked.push(`${command.apartmentId} ${command.kind === 'adopt' ? command.guestId : command.kind} ${id}`);
      return answer(command);
    },
    mayWrite: () => isUnderstood,
    newRequestId: () => `${++ids}`,
    scheduler: time,
    onFault: (event) => void faults.push(event),
  });
}

beforeEach(() => {
  time = new ManualTime(0);
  [due, told, held, booked, asked, faults] = [[], [], [], [], [], []];
  answer = async () => ({ ok: true, data: {} });
  isUnderstood = true;
});
const adoption = (guestId: string, more: Partial<Adoption> = {}): Adoption => ({
  ...{ guestId, accountId: 'acc', isLast: false, failures: 0 },
  ...more,
});

describe('[G9] what is on its way to an account', () => {
  it('is asked of every apartment where the guest holds or has booked something, page by page', async () => {
    const pages = Array.from({ length: APARTMENTS_AT_ONCE + 3 }, (_, i) => `b${String(i).padStart(3, '0')}`);
    [held, booked] = [['a1', 'a1', 'a2'], pages];
    await begin().begun('guest', 'acc');
    expect(asked).toEqual(['a1', 'a2', ...pages].map((id) => `${id} guest acc`));
    expect(told).toEqual(['passed guest']);
  });

  it('is waited for by who signs in, but not for ever, and goes on then', async () => {
    held = ['a1'];
    let reply = (_: Outcome<unknown>) => {};
    answer = () => new Promise((resolve) => (reply = resolve));
    let isAnswered = false;
    void begin()
      .begun('guest', 'acc')
      .then(() => {
        isAnswered = true;
      });
    await time.pass(ADOPTION_PATIENCE_MS - 1);
    expect(isAnswered).toBe(false);
    await time.pass(1);
    expect([isAnswered, told]).toEqual([true, []]);
    reply({ ok: true, data: {} });
    await turnOfEvents();
    expect(told).toEqual(['passed guest']);
  });

  it('is taken up by whichever server looks, and ended by the last pass', async () => {
    begin();
    due = [adoption('one'), adoption('two', { isLast: true })];
    await time.pass(ADOPTIONS_POLL_MS);
    expect(told).toEqual(['passed one', 'end two']);
    due = Array.from({ length: 3 * ADOPTIONS_AT_ONCE }, (_, i) => adoption(`many-${i}`));
    await time.pass(ADOPTIONS_POLL_MS);
    expect(due).toEqual([]);
  });

  it('is tried again ever more rarely where an apartment refuses, and what the others have comes all the same', async () => {
    begin();
    [held, booked] = [['a1', 'a2'], ['a3']];
    answer = async ({ apartmentId }) =>
      apartmentId === 'a1' ? refuse('unavailable', 'not now') : { ok: true, data: {} };
    due = [
      adoption('new'),
      adoption('often', { failures: 3, isLast: true }),
      adoption('long', { failures: 40 }),
    ];
    await time.pass(ADOPTIONS_POLL_MS);
    expect(told).toEqual(['failed new 1000', 'failed often 8000', `failed long ${ADOPTION_RETRY_MS_MAX}`]);
    expect(asked.filter((one) => one.includes('new'))).toEqual(['a1 new acc', 'a2 new acc', 'a3 new acc']);
    expect(faults).toContain('adoption.not_done');
  });

  it('waits, written down, while a server of an older version is there', async () => {
    isUnderstood = false;
    held = ['a1'];
    due = [adoption('guest')];
    await begin().begun('guest', 'acc');
    await time.pass(ADOPTIONS_POLL_MS);
    expect([asked, told]).toEqual([[], []]);
    isUnderstood = true;
    await time.pass(ADOPTIONS_POLL_MS);
    expect(told).toEqual(['passed guest']);
  });

  it('is left to others by a server that stops', async () => {
    const stopped = begin();
    stopped.stop();
    due = [adoption('guest')];
    await time.pass(10 * ADOPTIONS_POLL_MS);
    expect(due).toHaveLength(1);
  });
});
