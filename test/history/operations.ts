/** From events to operations: each question with its answer, or without one. */
import type { ErrorBody } from '../../src/protocol/errors.ts';
import type { Answer, HistoryEvent, Invoke } from './history.ts';
import type { Report } from './report.ts';

export interface Operation {
  readonly asked: Invoke;
  /** `process/op`. */
  readonly name: string;
  /** `open`: as unknown; nobody wrote down that the client gave up. */
  outcome: 'ok' | 'refused' | 'unknown' | 'open';
  /** When the answer came; infinite where none did. */
  endedMs: number;
  data: Answer | undefined;
  error: ErrorBody | undefined;
}

export interface Operations {
  readonly all: readonly Operation[];
  /** With the same `requestId`, in order of their questions. */
  readonly byRequest: ReadonlyMap<string, readonly Operation[]>;
}

export function isUnknown({ code }: ErrorBody): boolean {
  return OUTCOME_UNKNOWN.has(code);
}

/** Refusals after which nobody knows whether the command took effect. */
const OUTCOME_UNKNOWN: ReadonlySet<string> = new Set(['unavailable', 'internal']);

export function operationsOf(events: readonly HistoryEvent[], report: Report): Operations {
  const all: Operation[] = [];
  const byRequest = new Map<string, Operation[]>();
  const byClient = new Map<string, Map<number, Operation>>();
  for (const event of events) {
    if (event.type === 'invoke') {
      const { process, op, requestId } = event;
      const operation: Operation = {
        asked: event,
        name: `${process}/${op}`,
        outcome: 'open',
        endedMs: Number.POSITIVE_INFINITY,
        data: undefined,
        error: undefined,
      };
      let own = byClient.get(process);
      if (own === undefined) {
        own = new Map();
        byClient.set(process, own);
      }
      if (own.has(op)) broken(report, operation.name, 'was begun twice');
      own.set(op, operation);
      all.push(operation);
      if (requestId !== undefined) {
        const same = byRequest.get(requestId);
        if (same === undefined) byRequest.set(requestId, [operation]);
        else same.push(operation);
      }
    } else if (event.type === 'ok' || event.type === 'fail' || event.type === 'unknown') {
      const operation = byClient.get(event.process)?.get(event.op);
      const name = `${event.process}/${event.op}`;
      if (operation === undefined) broken(report, name, 'was answered and never begun');
      else if (operation.outcome !== 'open') broken(report, name, 'was answered twice');
      else end(operation, event, report);
    }
  }
  for (const { outcome } of all) {
    if (outcome === 'ok') report.counts.ok += 1;
    else if (outcome === 'refused') report.counts.refused += 1;
    else report.counts.unknown += 1;
  }
  return { all, byRequest };
}

function end(
  operation: Operation,
  event: Extract<HistoryEvent, { type: 'ok' | 'fail' | 'unknown' }>,
  report: Report,
): void {
  operation.endedMs = event.atMs;
  if (event.type === 'ok') {
    operation.outcome = 'ok';
    operation.data = event.data;
    if (!fits(operation.asked.command, event.data)) {
      broken(report, operation.name, `was a ${operation.asked.command} and got the answer of something else`);
      operation.outcome = 'unknown';
    }
  } else if (event.type === 'fail') {
    const { code, message } = event.error;
    operation.outcome = report.excuses.for('unknown', isUnknown(event.error)) ? 'unknown' : 'refused';
    operation.error = event.error;
    if (code === 'internal')
      report.add('internal-error', `${operation.asked.command} ended in a defect: ${message}`, {
        operations: [operation.name],
      });
  } else {
    operation.outcome = 'unknown';
  }
}

const ANSWER_OF = {
  hold: 'hold',
  extend: 'hold',
  release: 'hold',
  confirm: 'booking',
  cancel: 'booking',
  block: 'block',
  unblock: 'block',
  calendar: 'calendar',
  mine: 'holds',
} as const satisfies Record<Invoke['command'], string>;

function fits(command: Invoke['command'], data: Answer): boolean {
  return ANSWER_OF[command] in data;
}

function broken(report: Report, name: string, how: string): void {
  report.add('history-broken', `operation ${name} ${how}`, { operations: [name] });
}
