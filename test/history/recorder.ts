/**
 * Writes down what a client of the library asks, is answered and is told, as events of a history. The clients stay
 * what they are: a wrapped one answers as its original does.
 */
import { randomUUID } from 'node:crypto';
import type { CallOptions } from '../../src/client/index.ts';
import { type CalendarUpdate, type Client, calendarModel, type Intent } from '../../src/client/index.ts';
import { type Outcome, refuse } from '../../src/protocol/errors.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import type { Subject } from '../../src/protocol/resources.ts';
import type { Answer, Asked, HistoryEvent } from './history.ts';

export interface RecorderOptions {
  readonly write: (event: HistoryEvent) => void;
  /** The run's clock, in milliseconds. Default: the machine's monotonic clock, the same in all its processes. */
  readonly nowMs?: () => number;
}

type Intents = 'hold' | 'extend' | 'release' | 'confirm' | 'cancel';
export type RecordedClient = Pick<Client, Intents | 'mine'> & {
  /** As whom it asks now: another once its session is gone, and it has become another guest. */
  readonly subject: Subject;
  /** Over each change a listener of their own may be told, too. */
  watch(
    apartmentIds: readonly string[],
    from: string,
    to: string,
    listener?: (update: CalendarUpdate) => void,
  ): () => void;
  /** Stops writing down this client's own events. */
  stop(): void;
};

export function machineClockMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

export class Recorder {
  readonly #write: RecorderOptions['write'];
  readonly nowMs: () => number;
  readonly #ops = new Map<string, number>();
  #watches = 0;

  constructor({ write, nowMs = machineClockMs }: RecorderOptions) {
    this.#write = write;
    this.nowMs = nowMs;
  }

  /**
   * Any operation, by whatever way it is asked. Without an answer, or answered `unavailable`, its outcome is unknown;
   * so it is when `run` rejects, and the recorder rejects with it.
   */
  async operation<T>(
    process: string,
    by: Subject,
    asked: Asked & { readonly requestId?: string },
    run: () => Promise<Outcome<T>>,
    answerOf: (data: T) => Answer,
  ): Promise<Outcome<T>> {
    const op = (this.#ops.get(process) ?? 0) + 1;
    this.#ops.set(process, op);
    const begin = { type: 'invoke', atMs: this.nowMs(), process, op, subject: by.id, kind: by.kind } as const;
    this.#write({ ...begin, ...asked });
    let outcome: Outcome<T>;
    try {
      outcome = await run();
    } catch (cause) {
      this.#write({ type: 'unknown', atMs: this.nowMs(), process, op });
      throw cause;
    }
    const end = { atMs: this.nowMs(), process, op };
    if (outcome.ok) this.#write({ type: 'ok', ...end, data: answerOf(outcome.data) });
    else if (outcome.error.code === 'unavailable') this.#write({ type: 'unknown', ...end });
    else this.#write({ type: 'fail', ...end, error: outcome.error });
    return outcome;
  }

  /** @param process names the client in the history; each client its own */
  async client(process: string, client: Client): Promise<RecordedClient> {
    if (client.sessions.who === undefined) await client.sessions.guest();
    let subject = client.sessions.who?.subject;
    if (subject === undefined) throw new Error(`${process} could not become a guest: is the server up?`);
    const current = (): Subject => {
      subject = client.sessions.who?.subject ?? subject!;
      return subject;
    };
    // Asked as one guest and carried out as another, or as nobody, nobody can say what became of it.
    const asOne =
      <T>(run: () => Promise<Outcome<T>>) =>
      async (): Promise<Outcome<T>> => {
        const { id } = current();
        const outcome = await run();
        const isSame = client.sessions.who?.subject.id === id;
        return isSame ? outcome : refuse('unavailable', `asked as ${id}, who is signed out`);
      };
    const stops = [
      client.onHold((hold) => this.#write({ type: 'hold', atMs: this.nowMs(), process, hold })),
      client.onBooking((booking) => this.#write({ type: 'booking', atMs: this.nowMs(), process, booking })),
    ];
    const intent =
      <Name extends Intents>(command: Name) =>
      (payload: Intent<Name>, options?: CallOptions): ReturnType<Client[Name]> => {
        const { requestId = randomUUID(), ...args } = payload;
        const asked = { command, args, requestId } as unknown as Asked & { requestId: string };
        const ask = client[command] as (payload: object, options?: CallOptions) => Promise<Outcome<Answer>>;
        const run = () => ask.call(client, { ...args, requestId }, options);
        return this.operation(process, current(), asked, asOne(run), (data) => data) as ReturnType<
          Client[Name]
        >;
      };
    return {
      get subject() {
        return current();
      },
      hold: intent('hold'),
      extend: intent('extend'),
      release: intent('release'),
      confirm: intent('confirm'),
      cancel: intent('cancel'),
      mine: (options) =>
        this.operation(
          process,
          current(),
          { command: 'mine', args: {} },
          asOne(() => client.mine(options)),
          (data) => data,
        ),
      watch: (apartmentIds, from, to, listener) =>
        this.#watch(process, client, { apartmentIds, from, to, listener }),
      stop: () => {
        for (const stop of stops) stop();
      },
    };
  }

  #watch(
    process: string,
    client: Client,
    {
      apartmentIds,
      from,
      to,
      listener,
    }: {
      apartmentIds: readonly string[];
      from: string;
      to: string;
      listener: ((update: CalendarUpdate) => void) | undefined;
    },
  ): () => void {
    const watch = ++this.#watches;
    const informed = new Set<string>();
    const ended = (apartmentId: string) => {
      if (informed.delete(apartmentId))
        this.#write({ type: 'unwatch', atMs: this.nowMs(), process, watch, apartmentId });
    };
    const stop = client.watch(apartmentIds, from, to, {
      update: (update) => {
        informed.add(update.calendar.apartmentId);
        this.#write(this.#told(process, watch, update));
        listener?.(update);
      },
      // One that cannot be read may be back: a calendar says so.
      refused: ended,
    });
    return () => {
      stop();
      // Away from its server it was not to be informed.
      if (client.connection.state !== 'online') return;
      for (const apartmentId of apartmentIds) ended(apartmentId);
    };
  }

  #told(process: string, watch: number, { calendar, changes }: CalendarUpdate): HistoryEvent {
    const { apartmentId, version, from, nights } = calendar;
    const place = { atMs: this.nowMs(), process, watch };
    if (changes !== undefined) {
      return { type: 'availability', ...place, apartmentId, version, changes: [...changes], applied: true };
    }
    const window = { from: dateOf(from), to: dateOf(from + nights.length) };
    const taken = calendarModel.takenOf(calendar);
    return { type: 'calendar', ...place, calendar: { apartmentId, version, ...window, taken } };
  }
}
