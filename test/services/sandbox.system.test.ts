import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type PaymentProvider, RefusedByProvider } from '../../src/actors/ports.ts';
import { postgresBooks, type SandboxBooks } from '../../src/persistence/statements/sandbox-payments.ts';
import { DOWN_MS, LATE_MS } from '../../src/services/payments/sandbox/decisions.ts';
import { memoryBooks } from '../../src/services/payments/sandbox/memory-books.ts';
import { SandboxPayments, SLOW_MS } from '../../src/services/payments/sandbox/provider.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** Virtual time: what is waited for happens when the clock is moved there. */
class Time {
  nowMs = 1_790_000_000_000;
  #waiting: { atMs: number; callback: () => void }[] = [];
  after = (ms: number, callback: () => void) => {
    const one = { atMs: this.nowMs + ms, callback };
    this.#waiting.push(one);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== one);
    };
  };
  move(ms: number): void {
    this.nowMs += ms;
    const due = this.#waiting.filter((one) => one.atMs <= this.nowMs);
    this.#waiting = this.#waiting.filter((one) => one.atMs > this.nowMs);
    for (const { callback } of due) callback();
  }
  get waiting(): number {
    return this.#waiting.length;
  }
}

const kinds: [string, () => SandboxBooks][] = [
  ['memory', memoryBooks],
  ['PostgreSQL', () => postgresBooks(database.pool)],
];

describe.each(kinds)('the sandbox on %s', (_kind, makeBooks) => {
  let time: Time;
  let books: SandboxBooks;
  let provider: PaymentProvider;
  let key: string;
  let keys = 0;
  const signal = new AbortController().signal;
  const restarted = () =>
    new SandboxPayments({ books, nowMs: () => time.nowMs, after: time.after }) as PaymentProvider;
  const pay = (method: string, other: Partial<Parameters<PaymentProvider['authorise']>[0]> = {}) =>
    provider.authorise({ key, amountMinor: 12_345, currency: 'EUR', method, signal, ...other });
  const authorised = { status: 'authorised', amountMinor: 12_345, currency: 'EUR' };
  const status = async (of: PaymentProvider = provider) => (await of.lookUp({ key, signal })).status;

  beforeEach(() => {
    time = new Time();
    books = makeBooks();
    provider = restarted();
    key = `key-${_kind}-${keys++}`;
  });

  it('authorises, captures and refunds, each once however often it is asked', async () => {
    expect(await status()).toBe('none');
    expect(await pay('sandbox_ok')).toEqual(authorised);
    expect(await pay('sandbox_ok')).toEqual(authorised);
    expect(await status()).toBe('authorised');
    for (let i = 0; i < 2; i++)
      expect(await provider.capture({ key, signal })).toEqual({ amountMinor: 12_345, currency: 'EUR' });
    expect(await provider.lookUp({ key, signal })).toEqual({
      status: 'captured',
      amountMinor: 12_345,
      refundedMinor: 0,
      currency: 'EUR',
    });
    for (let i = 0; i < 2; i++) await provider.refund({ key, refundKey: 'r1', amountMinor: 2_345, signal });
    expect(await provider.lookUp({ key, signal })).toMatchObject({
      status: 'captured',
      refundedMinor: 2_345,
    });
    await provider.refund({ key, refundKey: 'r2', amountMinor: 10_000, signal });
    expect(await provider.lookUp({ key, signal })).toMatchObject({
      status: 'refunded',
      refundedMinor: 12_345,
    });
    await provider.capture({ key, signal });
    expect(await status()).toBe('refunded');
  });

  it('answers the same key the same whatever it is asked later', async () => {
    expect(await pay('sandbox_declined')).toEqual({ status: 'declined' });
    expect(await pay('sandbox_ok')).toEqual({ status: 'declined' });
  });

  it('declines a method it does not know, also one that no database could store', async () => {
    expect(await pay('visa\u0000\ud800')).toEqual({ status: 'declined' });
    expect(await status(restarted())).toBe('declined');
  });

  it('asks for action with a client secret; another attempt with another method works', async () => {
    const answer = await pay('sandbox_action_required');
    expect(answer).toMatchObject({ status: 'action_required', clientSecret: expect.stringContaining(key) });
    expect(await pay('sandbox_action_required')).toEqual(answer);
    expect(await pay('sandbox_ok', { key: `${key}-2` })).toEqual(authorised);
  });

  it('[I6] keeps a cancelled key from ever being authorised', async () => {
    await provider.cancel({ key, signal });
    await provider.cancel({ key, signal });
    expect(await pay('sandbox_ok')).toEqual({ status: 'declined' });
    await expect(provider.capture({ key, signal })).rejects.toThrow('voided');
    expect(await status(restarted())).toBe('voided');
  });

  it('[I6] lets cancel and authorise race, and never ends with both', async () => {
    const other = restarted();
    for (let i = 0; i < 20; i++) {
      const raced = `${key}-race-${i}`;
      const [authorised] = await Promise.all([
        provider.authorise({ key: raced, amountMinor: 1, currency: 'EUR', method: 'sandbox_ok', signal }),
        other.cancel({ key: raced, signal }),
      ]);
      expect(['authorised', 'declined']).toContain(authorised.status);
      expect((await restarted().lookUp({ key: raced, signal })).status).toBe('voided');
    }
  });

  it('cannot capture what was not authorised, cancel what was captured, or refund more than that', async () => {
    await expect(provider.capture({ key, signal })).rejects.toThrow('unknown cannot be captured');
    await pay('sandbox_ok');
    await expect(provider.refund({ key, refundKey: 'r', amountMinor: 1, signal })).rejects.toThrow(
      'capture it',
    );
    await provider.capture({ key, signal });
    await expect(provider.cancel({ key, signal })).rejects.toThrow('refund it');
    await expect(provider.refund({ key, refundKey: 'r', amountMinor: 12_346, signal })).rejects.toThrow(
      'within the 12345 left',
    );
    expect(await provider.lookUp({ key, signal })).toMatchObject({ refundedMinor: 0 });
  });

  it('[B7] refuses for good what it will never refund, and fails otherwise', async () => {
    await pay('sandbox_refund_refused');
    await provider.capture({ key, signal });
    const refund = provider.refund({ key, refundKey: 'r', amountMinor: 1, signal });
    await expect(refund).rejects.toBeInstanceOf(RefusedByProvider);
    const unpaid = provider.capture({ key: `${key}-2`, signal });
    await expect(unpaid).rejects.not.toBeInstanceOf(RefusedByProvider);
  });

  it('keeps its books when the server that called it is gone', async () => {
    await pay('sandbox_ok');
    const next = restarted();
    await next.capture({ key, signal });
    expect(await status()).toBe('captured');
  });

  it('a server that remembers an old state decides on the books, not on its memory', async () => {
    await pay('sandbox_ok');
    await restarted().cancel({ key, signal });
    await expect(provider.capture({ key, signal })).rejects.toThrow('voided');
  });

  it('sandbox_slow answers after 5 s', async () => {
    let answered = false;
    const paying = pay('sandbox_slow').then((answer) => {
      answered = true;
      return answer;
    });
    time.move(SLOW_MS - 1);
    expect(await status()).toBe('none');
    expect(answered).toBe(false);
    time.move(1);
    expect(await paying).toEqual(authorised);
  });

  it('sandbox_slow lets go of its timer when the caller gives up', async () => {
    const caller = new AbortController();
    const paying = pay('sandbox_slow', { signal: caller.signal });
    caller.abort(new Error('enough'));
    await expect(paying).rejects.toThrow('enough');
    expect(time.waiting).toBe(0);
  });

  it('[I6] sandbox_late never answers, and turns out to have succeeded', async () => {
    const caller = new AbortController();
    const paying = pay('sandbox_late', { signal: caller.signal });
    expect(await status()).toBe('none');
    caller.abort(new Error('enough'));
    await expect(paying).rejects.toThrow('enough');
    time.move(LATE_MS - 1);
    expect(await status(restarted())).toBe('none');
    time.move(1);
    expect(await status(restarted())).toBe('authorised');
    await provider.capture({ key, signal });
    expect(await status()).toBe('captured');
  });

  it('[I6] sandbox_late cancelled in time takes nothing', async () => {
    const caller = new AbortController();
    const paying = pay('sandbox_late', { signal: caller.signal });
    await provider.cancel({ key, signal });
    caller.abort(new Error('enough'));
    await expect(paying).rejects.toThrow('enough');
    time.move(LATE_MS);
    expect(await status()).toBe('voided');
  });

  it('[I6] sandbox_down fails, and in the end lets itself be looked up and cancelled', async () => {
    await expect(pay('sandbox_down')).rejects.toThrow('down');
    await expect(status()).rejects.toThrow('down');
    await expect(provider.cancel({ key, signal })).rejects.toThrow('down');
    time.move(DOWN_MS);
    expect(await status()).toBe('none');
    await expect(pay('sandbox_down')).rejects.toThrow('down');
    await provider.cancel({ key, signal });
    expect(await status()).toBe('voided');
  });

  it('refuses a call whose caller has given up already', async () => {
    await expect(pay('sandbox_ok', { signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone');
    expect(await status()).toBe('none');
  });

  it('shares commits between calls that come together, in order for each key', async () => {
    let saves = 0;
    const counting: SandboxBooks = {
      load: (wanted) => books.load(wanted),
      save: (changes) => {
        saves++;
        return books.save(changes);
      },
    };
    provider = new SandboxPayments({ books: counting, nowMs: () => time.nowMs, after: time.after });
    const all = Array.from({ length: 300 }, (_, i) => `${key}-${i}`);
    await Promise.all(
      all.flatMap((one) => [
        provider.authorise({ key: one, amountMinor: 5, currency: 'EUR', method: 'sandbox_ok', signal }),
        provider.capture({ key: one, signal }),
      ]),
    );
    expect(saves).toBe(2);
    const found = await books.load(all);
    expect([...found.values()].every((payment) => payment.status === 'captured')).toBe(true);
    expect(found.size).toBe(300);
  });

  it('does once what was written although the answer of the books was lost', async () => {
    let lost = false;
    const losing: SandboxBooks = {
      load: (wanted) => books.load(wanted),
      save: async (changes) => {
        const saved = await books.save(changes);
        if (lost) throw new Error('connection lost');
        return saved;
      },
    };
    provider = new SandboxPayments({ books: losing, nowMs: () => time.nowMs, after: time.after });
    await pay('sandbox_ok');
    await provider.capture({ key, signal });
    lost = true;
    const back = () => provider.refund({ key, refundKey: 'r', amountMinor: 12_345, signal });
    await expect(back()).rejects.toThrow('connection lost');
    lost = false;
    await back();
    expect(await provider.lookUp({ key, signal })).toMatchObject({
      status: 'refunded',
      refundedMinor: 12_345,
    });
  });

  it('tells the callers when its books cannot be written', async () => {
    let broken = true;
    const failing: SandboxBooks = {
      load: (wanted) => books.load(wanted),
      save: (changes) => (broken ? Promise.reject(new Error('disk full')) : books.save(changes)),
    };
    provider = new SandboxPayments({ books: failing, nowMs: () => time.nowMs, after: time.after });
    await expect(pay('sandbox_ok')).rejects.toThrow('disk full');
    broken = false;
    expect(await status()).toBe('none');
    expect(await pay('sandbox_ok')).toEqual(authorised);
  });
});
