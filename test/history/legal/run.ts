/** Guests, a host and watchers on a legal cluster, with losses and crashes on the way; writes down what they see. */

import { rangeView } from '../../../src/actors/calendar/views.ts';
import type { CommittedChange } from '../../../src/protocol/committed-change.ts';
import type { ErrorBody, Outcome } from '../../../src/protocol/errors.ts';
import { dateOf } from '../../../src/protocol/nights.ts';
import type { Subject } from '../../../src/protocol/resources.ts';
import { inClear } from '../../support/in-clear.ts';
import { commandOf } from '../commands.ts';
import type { Answer, Asked, History, HistoryEvent, Outage } from '../history.ts';
import { APARTMENTS, Cluster, HOLDS_PER_GUEST, START_MS } from './cluster.ts';

export const TODAY = Math.floor(START_MS / 86_400_000);
/** All claims lie in so few nights, so that they meet. */
export const NIGHTS = 14;
const WINDOW = { from: dateOf(TODAY), to: dateOf(TODAY + 60) };
/** The run's clock is this much off the system's, within what is declared. */
const OFF_MS = 15;
const SKEW_MS = 20;
/** A client gives up after this long. */
const PATIENCE_MS = 150_000;
const BEACON_MS = 10_000;

export const METHODS = [
  'sandbox_ok',
  'sandbox_slow',
  'sandbox_late',
  'sandbox_down',
  'sandbox_declined',
  'sandbox_action_required',
] as const;

/** One thing that a client does, or that happens to the cluster. */
export type Step = (
  | {
      readonly do: 'hold';
      readonly apartment: number;
      readonly from: number;
      readonly nights: number;
    }
  | { readonly do: 'extend' | 'release'; readonly nth: number }
  | { readonly do: 'confirm'; readonly nth: number; readonly method: (typeof METHODS)[number] }
  | { readonly do: 'cancel'; readonly nth: number }
  | {
      readonly do: 'block';
      readonly apartment: number;
      readonly from: number;
      readonly nights: number;
    }
  | { readonly do: 'unblock'; readonly nth: number }
  | { readonly do: 'read'; readonly apartment: number }
  | { readonly do: 'mine' | 'again' }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'crash'; readonly downMs: number }
  | { readonly do: 'fail'; readonly fault: 'unknown' | 'lost' }
) & {
  /** Who: the last client is the host. */
  readonly client: number;
  readonly pauseMs: number;
  readonly lose: 'nothing' | 'question' | 'answer';
};

/** Plays the steps, each client's in order, all clients at once, and lets everything come to rest. */
export async function play(steps: readonly Step[]): Promise<History> {
  const run = new LegalRun();
  const done = Promise.all(
    run.clients.map((client, i) => client.live(steps.filter((step) => step.client === i))),
  );
  let isDone = false;
  void done.then(() => {
    isDone = true;
  });
  while (!isDone) await run.cluster.time.pass(5_000);
  await run.cluster.time.pass(180_000);
  return run.history();
}

class LegalRun {
  readonly events: HistoryEvent[] = [];
  readonly outages: Outage[] = [];
  readonly cluster = new Cluster((change) => this.#committed(change));
  readonly clients = Array.from({ length: 4 }, (_, i) => new LegalClient(this, i));
  readonly #watchers = [new LegalWatcher(this, 1, false), new LegalWatcher(this, 2, true)];
  readonly #newest = new Map<string, number>();

  constructor() {
    const beacon = () => {
      for (const watcher of this.#watchers) {
        for (const [apartmentId, version] of this.#newest)
          watcher.hear({ apartmentId, version, changes: [] });
      }
      this.cluster.time.after(BEACON_MS, beacon);
    };
    beacon();
  }

  get nowMs(): number {
    return this.cluster.time.nowMs - START_MS + OFF_MS;
  }

  async crash(downMs: number): Promise<void> {
    if (this.cluster.house === undefined) return;
    const fromMs = this.nowMs;
    await this.cluster.crash(downMs);
    this.outages.push({ fromMs, toMs: this.nowMs + 1_000 });
    this.#newest.clear();
    for (const watcher of this.#watchers) watcher.begin();
  }

  async history(): Promise<History> {
    for (const watcher of this.#watchers) watcher.end();
    await this.cluster.time.pass(100);
    const timeZones = Object.fromEntries(APARTMENTS.map((id) => [id, 'UTC']));
    return {
      run: {
        systemAtZeroMs: START_MS,
        skewMs: SKEW_MS,
        holdsPerGuest: HOLDS_PER_GUEST,
        holdTtlMs: 600_000,
        outages: this.outages,
        isSettled: true,
        timeZones,
      },
      events: this.events,
      journal: await this.cluster.entries(),
      payments: await this.cluster.payments(),
      bookings: await this.cluster.rows(),
    };
  }

  #committed(change: CommittedChange): void {
    const { apartmentId, version, guestId, hold, booking, replaced } = change;
    this.#newest.set(apartmentId, version);
    const changes = change.changes.map(rangeView);
    for (const watcher of this.#watchers) watcher.hear({ apartmentId, version, changes });
    const client = this.clients.find(({ subject }) => subject.id === guestId);
    if (client === undefined) return;
    const { process } = client;
    this.cluster.time.after(5, () => {
      const atMs = this.nowMs;
      for (const ended of replaced ?? []) this.events.push({ type: 'hold', atMs, process, hold: ended });
      if (hold !== undefined) this.events.push({ type: 'hold', atMs, process, hold });
      if (booking !== undefined)
        this.events.push({ type: 'booking', atMs, process, booking: inClear(booking) });
    });
  }
}

class LegalClient {
  readonly subject: Subject;
  readonly process: string;
  readonly #run: LegalRun;
  readonly #holds: { readonly id: string; readonly apartmentId: string }[] = [];
  readonly #bookings: { readonly id: string; readonly apartmentId: string }[] = [];
  readonly #blocks: { readonly id: string; readonly apartmentId: string }[] = [];
  #last: { readonly asked: Asked; readonly requestId: string } | undefined;
  #op = 0;

  constructor(run: LegalRun, index: number) {
    this.#run = run;
    this.process = `c${index}`;
    this.subject = index === 3 ? { id: 'host', kind: 'host' } : { id: `g${index}`, kind: 'guest' };
  }

  async live(steps: readonly Step[]): Promise<void> {
    const { cluster } = this.#run;
    for (const step of steps) {
      await cluster.pause(step.pauseMs);
      if (step.do === 'wait') await cluster.pause(step.ms);
      else if (step.do === 'crash') await this.#run.crash(step.downMs);
      else if (step.do === 'fail') cluster.failNext(step.fault);
      else if (step.do === 'again') {
        if (this.#last !== undefined) await this.#ask(this.#last.asked, step.lose, this.#last.requestId);
      } else {
        const asked = this.#question(step);
        if (asked !== undefined) await this.#ask(asked, step.lose, requestId(this.process, this.#op));
      }
    }
  }

  #question(step: Step): Asked | undefined {
    const apartmentId = 'apartment' in step ? APARTMENTS[step.apartment % APARTMENTS.length]! : '';
    const pick = <T>(list: readonly T[]) =>
      'nth' in step ? list[step.nth % Math.max(1, list.length)] : undefined;
    switch (step.do) {
      case 'hold': {
        const [checkIn, checkOut] = [dateOf(TODAY + step.from), dateOf(TODAY + step.from + step.nights)];
        return { command: 'hold', args: { apartmentId, checkIn, checkOut, guests: 2 } };
      }
      case 'extend':
      case 'release': {
        const hold = pick(this.#holds);
        return hold && { command: step.do, args: { apartmentId: hold.apartmentId, holdId: hold.id } };
      }
      case 'confirm': {
        const hold = pick(this.#holds);
        if (hold === undefined) return undefined;
        const guest = { name: 'Ana', email: 'ana@example.com' };
        const payment = { method: step.method };
        return {
          command: 'confirm',
          args: { apartmentId: hold.apartmentId, holdId: hold.id, guest, payment },
        };
      }
      case 'cancel': {
        const booking = pick(this.#bookings);
        return (
          booking && { command: 'cancel', args: { apartmentId: booking.apartmentId, bookingId: booking.id } }
        );
      }
      case 'block': {
        const [from, to] = [dateOf(TODAY + step.from), dateOf(TODAY + step.from + step.nights)];
        return { command: 'block', args: { apartmentId, from, to } };
      }
      case 'unblock': {
        const block = pick(this.#blocks);
        return block && { command: 'unblock', args: { apartmentId: block.apartmentId, blockId: block.id } };
      }
      case 'read':
        return { command: 'calendar', args: { apartmentId, ...WINDOW } };
      case 'mine':
        return { command: 'mine', args: {} };
      default:
        return undefined;
    }
  }

  async #ask(asked: Asked, lose: Step['lose'], request: string): Promise<void> {
    const { events, cluster } = this.#run;
    const op = this.#op++;
    const { process, subject } = this;
    const isIntent = asked.command !== 'calendar' && asked.command !== 'mine';
    const intent = isIntent ? { requestId: request } : {};
    if (isIntent) this.#last = { asked, requestId: request };
    events.push({
      ...{ type: 'invoke', atMs: this.#run.nowMs, process, op, subject: subject.id, kind: subject.kind },
      ...{ sentOnce: true, ...intent, ...asked },
    } as HistoryEvent);
    const answered = lose === 'question' ? NEVER : cluster.pause(2).then(() => this.#answer(asked, request));
    const outcome = await Promise.race([answered, cluster.pause(PATIENCE_MS)]);
    await cluster.pause(2);
    const atMs = this.#run.nowMs;
    if (outcome === undefined || lose === 'answer') events.push({ type: 'unknown', atMs, process, op });
    else if (outcome.ok) {
      events.push({ type: 'ok', atMs, process, op, data: outcome.data });
      this.#keep(outcome.data);
    } else events.push({ type: 'fail', atMs, process, op, error: outcome.error });
  }

  async #answer(asked: Asked, request: string): Promise<Outcome<Answer>> {
    const { cluster } = this.#run;
    if (asked.command === 'mine') return cluster.mine(this.subject);
    if (asked.command === 'calendar') {
      const { apartmentId, from, to } = asked.args;
      const read = await cluster.calendar(apartmentId, from, to);
      return read.ok ? { ok: true, data: { calendar: read.data } } : read;
    }
    const outcome = await cluster.ask(this.subject, commandOf(asked, request));
    return outcome as Outcome<Answer>;
  }

  #keep(data: Answer): void {
    if ('hold' in data && data.hold.status === 'held') this.#holds.unshift(data.hold);
    if ('booking' in data && data.booking.status === 'confirmed') this.#bookings.unshift(data.booking);
    if ('block' in data) this.#blocks.unshift(data.block);
  }
}

const NEVER = new Promise<{ ok: false; error: ErrorBody }>(() => {});

function requestId(process: string, op: number): string {
  const text = `${process.slice(1)}${op.toString().padStart(11, '0')}`;
  return `00000000-0000-4000-8000-${text}`;
}

type Change = {
  readonly apartmentId: string;
  readonly version: number;
  readonly changes: ReturnType<typeof rangeView>[];
};

/** Sees frames as they come, every fifth lost; or, as a client library, only what it can apply. */
class LegalWatcher {
  readonly #run: LegalRun;
  readonly #watch: number;
  readonly #isLibrary: boolean;
  readonly #known = new Map<string, number>();
  /** Frames that wait for the calendar before them. */
  readonly #asking = new Map<string, Change[]>();
  #heard = 0;
  #link = 0;

  constructor(run: LegalRun, watch: number, isLibrary: boolean) {
    this.#run = run;
    this.#watch = watch;
    this.#isLibrary = isLibrary;
    run.cluster.time.after(1, () => this.begin());
  }

  begin(): void {
    this.#link += 1;
    this.#asking.clear();
    for (const id of APARTMENTS) void this.#resync(id);
  }

  hear(change: Change): void {
    const waiting = this.#asking.get(change.apartmentId);
    if (waiting !== undefined) {
      waiting.push(change);
      return;
    }
    this.#heard += 1;
    if (this.#heard % 5 === 0) return;
    this.#later(() => this.#arrived(change));
  }

  end(): void {
    for (const apartmentId of APARTMENTS) {
      const { watch, process } = { watch: this.#watch, process: `w${this.#watch}` };
      this.#run.events.push({ type: 'unwatch', atMs: this.#run.nowMs, process, watch, apartmentId });
    }
  }

  #later(call: () => void): void {
    const link = this.#link;
    this.#run.cluster.time.after(4, () => {
      if (link === this.#link) call();
    });
  }

  async #resync(apartmentId: string): Promise<void> {
    const link = this.#link;
    this.#asking.set(apartmentId, []);
    const outcome = await this.#run.cluster.calendar(apartmentId, WINDOW.from, WINDOW.to);
    if (link !== this.#link) return;
    const waiting = this.#asking.get(apartmentId) ?? [];
    this.#asking.delete(apartmentId);
    if (!outcome.ok) return void this.#later(() => void this.#resync(apartmentId));
    const calendar = outcome.data;
    this.#later(() => {
      const atMs = this.#run.nowMs;
      this.#known.set(apartmentId, calendar.version);
      this.#run.events.push({
        type: 'calendar',
        atMs,
        process: `w${this.#watch}`,
        watch: this.#watch,
        calendar,
      });
    });
    for (const change of waiting) this.#later(() => this.#arrived(change));
  }

  #arrived(change: Change): void {
    const { apartmentId, version, changes } = change;
    const known = this.#known.get(apartmentId) ?? -1;
    const isNext = version === known + 1 && changes.length > 0;
    const place = { atMs: this.#run.nowMs, process: `w${this.#watch}`, watch: this.#watch };
    if (!this.#isLibrary) this.#run.events.push({ type: 'availability', ...place, ...change });
    else if (isNext) this.#run.events.push({ type: 'availability', ...place, ...change, applied: true });
    if (isNext) this.#known.set(apartmentId, version);
    else if (version > known && !this.#asking.has(apartmentId)) void this.#resync(apartmentId);
  }
}
