/**
 * JSONL to a history: one object a line, told apart by `type`; several files are one history. Every line can be
 * wrong: then nothing is checked, and the error says which line and why.
 */
import type {
  BookingRow,
  Damage,
  History,
  HistoryEvent,
  LostHistory,
  Outage,
  RecordedEntry,
  RecordedPayment,
  Run,
  Span,
} from './history.ts';
import { Line } from './lines.ts';

export class HistoryParser {
  #run: Run | undefined;
  readonly #outages: Outage[] = [];
  readonly #deafs: Span[] = [];
  readonly #damages: Damage[] = [];
  readonly #lost: LostHistory[] = [];
  readonly #events: HistoryEvent[] = [];
  readonly #journal: RecordedEntry[] = [];
  #payments: RecordedPayment[] | undefined;
  #bookings: BookingRow[] | undefined;

  /** @throws where the line is none of the formats */
  take(text: string): void {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw new Error(`is no JSON: ${(cause as Error).message}`, { cause });
    }
    const parsed = Line.safeParse(value);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new Error(`${issue?.path.join('.') || 'the line'}: ${issue?.message}`);
    }
    const line = parsed.data;
    switch (line.type) {
      case 'run':
        if (this.#run !== undefined) throw new Error('is a second `run`; a history has one');
        this.#run = line as Run;
        return;
      case 'outage':
        this.#outages.push(line as Outage);
        return;
      case 'deaf':
        this.#deafs.push(line);
        return;
      case 'damage':
        this.#damages.push(line);
        return;
      case 'lost':
        this.#lost.push(line as unknown as LostHistory);
        return;
      case 'journal':
        this.#journal.push(line as RecordedEntry);
        return;
      case 'payment':
        this.#payments ??= [];
        this.#payments.push(line);
        return;
      case 'booking-row':
        this.#bookings ??= [];
        this.#bookings.push(line);
        return;
      default:
        this.#events.push(line as HistoryEvent);
    }
  }

  /** @throws where no line said `run` */
  history(): History {
    if (this.#run === undefined)
      throw new Error('no line of type `run` says how the clocks lie to each other');
    return {
      run: { ...this.#run, outages: this.#outages, deafs: this.#deafs, damages: this.#damages },
      ...(this.#lost.length > 0 && { lost: this.#lost }),
      events: this.#events,
      journal: this.#journal,
      payments: this.#payments,
      bookings: this.#bookings,
    };
  }
}
