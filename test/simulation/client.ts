/**
 * A guest, or the host, with the product's own retries (`Calls`) and live calendars (`Watches`) over a simulated link.
 * What it asks, is answered and is told goes into the history.
 */
import { takenOf } from '../../src/client/calendar-model.ts';
import { Calls } from '../../src/client/calls.ts';
import {
  CLIENT_CONFIRM_DEADLINE_MS,
  CLIENT_CONNECT_BASE_MS,
  CLIENT_CONNECT_CAP_MS,
  CLIENT_DEADLINE_MS,
} from '../../src/client/limits.ts';
import type { Link } from '../../src/client/link.ts';
import { backoffMs, type ClientTime } from '../../src/client/pause.ts';
import { type CalendarUpdate, Watches } from '../../src/client/watches.ts';
import type { CommandName, CommandPayload } from '../../src/protocol/commands.ts';
import type { Outcome } from '../../src/protocol/errors.ts';
import type { Availability } from '../../src/protocol/events.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import type { Booking, Hold, Subject } from '../../src/protocol/resources.ts';
import type { Answer, Asked, HistoryEvent } from '../history/history.ts';
import type { Bug } from './bug.ts';
import type { Network } from './network.ts';
import type { SimulatedNode } from './node.ts';
import type { Prng } from './prng.ts';
import { SimulatedProcess } from './process.ts';
import { SimulatedLink, type Sockets } from './sockets.ts';
import type { VirtualTime } from './time.ts';

export const METHODS = [
  'sandbox_ok',
  'sandbox_ok',
  'sandbox_ok',
  'sandbox_slow',
  'sandbox_late',
  'sandbox_down',
  'sandbox_declined',
  'sandbox_action_required',
] as const;
const GUEST = { name: 'Ana', email: 'ana@example.com' };

export interface ClientParts {
  readonly time: VirtualTime;
  readonly prng: Prng;
  readonly network: Network;
  readonly sockets: Sockets;
  readonly bug: Bug;
  /** Servers that let somebody in. */
  readonly open: () => readonly SimulatedNode[];
  readonly write: (event: HistoryEvent) => void;
  readonly apartments: readonly string[];
  /** Others' that were open a moment ago, for an admin. */
  readonly heldLately: () => readonly Hold[];
  /** Night numbers in which all claims lie, so that they meet. */
  readonly nights: { readonly from: number; readonly to: number };
}

export class SimulatedClient {
  readonly name: string;
  readonly process: SimulatedProcess;
  readonly #parts: ClientParts;
  #subject: Subject;
  /** Of the account that is being signed in to. */
  #signingIn: Promise<void> | undefined;
  readonly #calls: Calls;
  readonly #watches: Watches;
  #link: SimulatedLink | undefined;
  /** Goes on over another link than the one of now. */
  #leave = () => {};
  readonly #onLink: ((link: Pick<Link, 'ask'>) => void)[] = [];
  readonly #holds: Hold[] = [];
  readonly #bookings: Booking[] = [];
  readonly #blocks: { readonly id: string; readonly apartmentId: string }[] = [];
  #last: { readonly asked: Asked; readonly requestId: string } | undefined;
  #ops = 0;
  #watching = 0;
  /** Asked and not answered. */
  pending = 0;

  constructor(name: string, subject: Subject, parts: ClientParts) {
    this.name = name;
    this.#subject = subject;
    this.#parts = parts;
    const { prng } = parts;
    this.process = new SimulatedProcess(parts.time, { rate: 1, firstMs: prng.int(0, 100_000) });
    const time = timeOf(this.process);
    const random = () => prng.unit();
    this.#calls = new Calls({
      connection: {
        state: 'online',
        ready: (signal) => this.#ready(signal),
      },
      random,
      time,
      identify: async () => undefined,
      reauthenticate: async () => {
        await this.#signingIn;
        return this.#signingIn !== undefined;
      },
    });
    this.#watches = new Watches({
      ask: (command, payload) => this.#calls.call(command, payload, { deadlineMs: CLIENT_DEADLINE_MS }),
      random,
      time,
    });
    void this.#keepUp();
  }

  get subject(): Subject {
    return this.#subject;
  }

  /** With the token of the guest that it is, as often as it takes; what it has under way goes on, and ends as the account's. */
  signIn(accountId: string): void {
    this.#signingIn ??= this.#signIn(accountId);
  }

  async #signIn(accountId: string): Promise<void> {
    for (let isDone = false; !isDone; ) {
      const link = await this.#ready(new AbortController().signal);
      const answer = await link!.ask('sign in', { accountId }, CLIENT_DEADLINE_MS);
      isDone = answer.kind === 'answered' && answer.outcome.ok;
      const pauseMs = this.#parts.prng.between(100, 1_000);
      if (!isDone) await new Promise<void>((resolve) => void this.process.after(pauseMs, resolve));
    }
    const [guest, old] = [this.subject, this.#link];
    this.#subject = { id: accountId, kind: 'guest' };
    this.#leave();
    if (old !== undefined) void this.#holdOnce(guest, old).then(() => old.close());
    // Another tab sends again, as who it is by now, what it was not sure of.
    if (this.#last !== undefined) void this.ask(this.#last.asked, this.#last.requestId);
  }

  /** A tab that has not heard of it yet, with the token of before. */
  async #holdOnce(guest: Subject, link: SimulatedLink): Promise<void> {
    const { prng, apartments, nights, write } = this.#parts;
    await new Promise<void>((resolve) => void this.process.after(prng.int(0, 1_900), resolve));
    const from = prng.int(nights.from, nights.to - 1);
    const stay = { checkIn: dateOf(from), checkOut: dateOf(from + 1), guests: 2 };
    const args = { apartmentId: prng.pick(apartments), ...stay };
    const requestId = this.#requestId();
    const op = ++this.#ops;
    const by = { process: this.name, op };
    const asked = { command: 'hold', args, requestId, subject: guest.id, kind: guest.kind } as const;
    write({ type: 'invoke', atMs: this.#nowMs, ...by, ...asked });
    this.pending += 1;
    const answer = await link.ask<Answer>('hold', { ...args, requestId }, CLIENT_DEADLINE_MS);
    this.pending -= 1;
    const end = { atMs: this.#nowMs, ...by };
    if (answer.kind === 'answered' && answer.outcome.ok)
      write({ type: 'ok', ...end, data: answer.outcome.data });
    else if (answer.kind === 'answered' && !answer.outcome.ok && answer.outcome.error.code !== 'unavailable')
      write({ type: 'fail', ...end, error: answer.outcome.error });
    else write({ type: 'unknown', ...end });
  }

  /** One command of the client's own choice. */
  async act(): Promise<void> {
    const { prng } = this.#parts;
    if (this.#last !== undefined && prng.chance(0.06)) {
      await this.ask(this.#last.asked, this.#last.requestId);
      return;
    }
    const asked = this.#choice();
    if (asked === undefined) return;
    const requestId = this.#requestId();
    const first = this.ask(asked, requestId);
    // A second click, or another tab's: under way beside the first.
    if (prng.chance(asked.command === 'confirm' ? 0.5 : 0.1)) {
      await new Promise<void>((resolve) => void this.process.after(prng.int(0, 30), resolve));
      await this.ask(asked, requestId);
    }
    await first;
  }

  async ask(asked: Asked, requestId = this.#requestId()): Promise<void> {
    const { write } = this.#parts;
    const op = ++this.#ops;
    const process = this.name;
    const { id: subject, kind } = this.subject;
    const isIntent = asked.command !== 'calendar' && asked.command !== 'mine';
    if (isIntent) this.#last = { asked, requestId };
    const begin = { type: 'invoke', atMs: this.#nowMs, process, op, subject, kind } as const;
    write({ ...begin, ...asked, ...(isIntent && { requestId }) } as HistoryEvent);
    this.pending += 1;
    const payload = (isIntent ? { ...asked.args, requestId } : asked.args) as CommandPayload<CommandName>;
    const deadlineMs = asked.command === 'confirm' ? CLIENT_CONFIRM_DEADLINE_MS : CLIENT_DEADLINE_MS;
    const outcome = (await this.#calls.call(asked.command as CommandName, payload, {
      deadlineMs,
    })) as Outcome<Answer>;
    this.pending -= 1;
    const end = { atMs: this.#nowMs, process, op };
    // As whom it was looked at that was refused meanwhile, or read, nobody says.
    const isElses = this.subject.id !== subject && !(outcome.ok && isIntent);
    if (isElses) write({ type: 'unknown', ...end });
    else if (outcome.ok) {
      write({ type: 'ok', ...end, data: outcome.data });
      this.#keep(outcome.data);
    } else if (outcome.error.code === 'unavailable') write({ type: 'unknown', ...end });
    else write({ type: 'fail', ...end, error: outcome.error });
  }

  watch(window: { readonly from: string; readonly to: string }): () => void {
    const { apartments, write } = this.#parts;
    const watch = ++this.#watching;
    const stop = this.#watches.watch(apartments, window.from, window.to, {
      update: (update) => write(this.#told(watch, update)),
    });
    return () => {
      stop();
      if (this.#link === undefined) return;
      for (const apartmentId of apartments) {
        write({ type: 'unwatch', atMs: this.#nowMs, process: this.name, watch, apartmentId });
      }
    };
  }

  get #nowMs(): number {
    return this.#parts.time.nowMs;
  }

  #choice(): Asked | undefined {
    if (this.subject.kind === 'host') return this.#asHost();
    return this.subject.kind === 'admin' ? this.#asAdmin() : this.#asGuest();
  }

  #asAdmin(): Asked | undefined {
    const { prng, heldLately } = this.#parts;
    const held = heldLately();
    if (held.length === 0 || prng.chance(0.2)) return this.#reads();
    const { apartmentId, id: holdId } = prng.pick(held);
    return { command: 'extend', args: { apartmentId, holdId, minutes: prng.int(1, 3) } };
  }

  #asGuest(): Asked | undefined {
    const { prng, apartments, nights } = this.#parts;
    const at = prng.unit();
    const hold = this.#holds.length > 0 ? prng.pick(this.#holds) : undefined;
    if (at < 0.38 || (hold === undefined && at < 0.8)) {
      const from = prng.int(nights.from, nights.to - 1);
      const to = Math.min(nights.to, from + prng.int(1, 3));
      const [checkIn, checkOut] = [dateOf(from), dateOf(to)];
      return { command: 'hold', args: { apartmentId: prng.pick(apartments), checkIn, checkOut, guests: 2 } };
    }
    if (hold !== undefined && at < 0.8) {
      const args = { apartmentId: hold.apartmentId, holdId: hold.id };
      if (at < 0.62) {
        const payment = { method: prng.pick(METHODS) };
        return { command: 'confirm', args: { ...args, guest: GUEST, payment } };
      }
      return { command: at < 0.7 ? 'extend' : 'release', args };
    }
    if (at < 0.86) {
      const booking = this.#bookings.length > 0 ? prng.pick(this.#bookings) : undefined;
      if (booking === undefined) return undefined;
      return { command: 'cancel', args: { apartmentId: booking.apartmentId, bookingId: booking.id } };
    }
    return at < 0.93 ? { command: 'mine', args: {} } : this.#reads();
  }

  #asHost(): Asked {
    const { prng, apartments, nights } = this.#parts;
    const block = this.#blocks.length > 0 ? prng.pick(this.#blocks) : undefined;
    if (block !== undefined && prng.chance(0.5)) {
      return { command: 'unblock', args: { apartmentId: block.apartmentId, blockId: block.id } };
    }
    if (prng.chance(0.3)) return this.#reads();
    const from = prng.int(nights.from, nights.to - 1);
    const args = { apartmentId: prng.pick(apartments), from: dateOf(from), to: dateOf(from + 1) };
    return { command: 'block', args };
  }

  #reads(): Asked {
    const { prng, apartments, nights } = this.#parts;
    const window = { from: dateOf(nights.from), to: dateOf(nights.to + 5) };
    return { command: 'calendar', args: { apartmentId: prng.pick(apartments), ...window } };
  }

  /** Old ones stay for a while: what has ended is asked about, too. */
  #keep(data: Answer): void {
    if ('hold' in data && data.hold.status === 'held') this.#holds.unshift(data.hold);
    if ('booking' in data && data.booking.status === 'confirmed') this.#bookings.unshift(data.booking);
    if ('block' in data) this.#blocks.unshift(data.block);
    this.#holds.splice(4);
    this.#bookings.splice(6);
    this.#blocks.splice(6);
  }

  #requestId(): string {
    const name = this.name.slice(1).padStart(4, '0');
    return `00000000-0000-4000-${name}-${(this.#ops + 1).toString().padStart(12, '0')}`;
  }

  #told(watch: number, { calendar, changes }: CalendarUpdate): HistoryEvent {
    const { apartmentId, version, from, nights } = calendar;
    const place = { atMs: this.#nowMs, process: this.name, watch };
    if (changes !== undefined)
      return { type: 'availability', ...place, apartmentId, version, changes: [...changes], applied: true };
    const window = { from: dateOf(from), to: dateOf(from + nights.length) };
    return {
      type: 'calendar',
      ...place,
      calendar: { apartmentId, version, ...window, taken: takenOf(calendar) },
    };
  }

  #ready(signal: AbortSignal): Promise<Pick<Link, 'ask'> | undefined> {
    if (this.#link !== undefined) return Promise.resolve(this.#asked(this.#link));
    return new Promise((resolve) => {
      this.#onLink.push((link) => resolve(link));
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
  }

  /** A bug of the client's changes what it asks. */
  #asked(link: SimulatedLink): Pick<Link, 'ask'> {
    const { asks } = this.#parts.bug;
    if (asks === undefined) return link;
    return {
      ask: (event, payload, withinMs) =>
        link.ask(event, asks(payload as Record<string, unknown>, ++this.#attempts), withinMs),
    };
  }
  #attempts = 0;

  async #keepUp(): Promise<void> {
    const { prng, network, sockets } = this.#parts;
    for (let failures = 0; ; ) {
      const servers = this.#parts.open();
      const server = servers.length > 0 ? prng.pick(servers) : undefined;
      const isReached = server?.process.isRunning === true && !network.isCut(this.name, server.url);
      await new Promise<void>((resolve) => void this.process.after(network.wayMs() * 3, resolve));
      if (isReached && server.isOpen && server.process.isAlive) {
        const openedMs = this.#nowMs;
        const link: SimulatedLink = new SimulatedLink(
          ...([server, this.subject, this.process, network, this.name] as const),
          (event, payload) => {
            if (link === this.#link) this.#heard(event, payload);
          },
        );
        this.#link = link;
        sockets.opened(link);
        this.#watches.resume();
        for (const call of this.#onLink.splice(0)) call(this.#asked(link));
        const left = new Promise<void>((resolve) => {
          this.#leave = resolve;
        });
        await Promise.race([link.closed, left]);
        this.#link = undefined;
        this.#watches.suspend();
        failures = this.#nowMs - openedMs >= 5_000 ? 0 : failures + 1;
      } else failures += 1;
      const limits = { baseMs: CLIENT_CONNECT_BASE_MS, capMs: CLIENT_CONNECT_CAP_MS };
      const pauseMs = backoffMs(failures, limits, prng.unit());
      await new Promise<void>((resolve) => void this.process.after(pauseMs, resolve));
    }
  }

  #heard(event: string, payload: unknown): void {
    const place = { atMs: this.#nowMs, process: this.name };
    if (event === 'availability') this.#watches.heard(payload as Availability);
    else if (event === 'hold') this.#parts.write({ type: 'hold', ...place, ...(payload as { hold: Hold }) });
    else if (event === 'booking')
      this.#parts.write({ type: 'booking', ...place, ...(payload as { booking: Booking }) });
  }
}

function timeOf(process: SimulatedProcess): ClientTime {
  return {
    nowMs: process.monotonicMs,
    after: process.after,
    every(ms, call) {
      let callOff = () => {};
      const next = () => {
        callOff = process.after(ms, () => {
          call();
          next();
        });
      };
      next();
      return () => callOff();
    },
    expiry(ms) {
      const ended = new AbortController();
      process.after(ms, () => ended.abort());
      return ended.signal;
    },
  };
}
