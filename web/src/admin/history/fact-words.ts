/** A fact of the journal as a sentence. */
import { datesText, momentText, money, stayText, timeText } from '../../format.ts';
import { t } from '../../texts/index.ts';
import { isolated } from '../../texts/isolated.ts';
import { type JournalFact, type Spoken, spokenOf } from './claim-lookup.ts';

const DAY_MS = 86_400_000;

/** @param factAt facts that are known, by version: what they speak about stands in earlier ones */
export function factWords(fact: JournalFact, factAt: (version: number) => JournalFact | undefined): string {
  const says = t.history.facts;
  const spoken = spokenOf(fact, factAt);
  const stay = spoken === undefined ? says.somewhere : stayText(spoken.from, spoken.to);
  const who = shortWho(spoken?.subjectId);
  const by = shortWho(fact.subjectId);
  /** Somebody of the house, not the guest whose hold it is. */
  const byHouse = fact.subjectId !== undefined && spoken !== undefined && fact.subjectId !== spoken.subjectId;
  const own = fact.fact;
  switch (fact.kind) {
    case 'held': {
      const replaced = Array.isArray(own.replaces) ? own.replaces.length : 0;
      return joined([
        says.held(who, stay, until(own.expiresAtMs, fact.at), amountText(spoken)),
        replaced > 0 ? says.replaces(replaced) : undefined,
      ]);
    }
    case 'extended': {
      const to = until(own.expiresAtMs, fact.at);
      return byHouse ? says.extendedByHouse(who, stay, to, by) : says.extended(who, stay, to);
    }
    case 'confirming':
      return says.confirming(who, stay, until(own.deadlineMs, fact.at));
    case 'authorised':
      return says.authorised(who, stay);
    case 'declined':
      return own.reason === 'action_required' ? says.actionRequired(who, stay) : says.declined(who, stay);
    case 'confirmed':
      return says.confirmed(who, stay, amountText(spoken));
    case 'released':
      return byHouse ? says.releasedByHouse(who, stay, by) : says.released(who, stay);
    case 'expired':
      return says.expired(who, stay);
    case 'settled':
      return says.settled[own.outcome as keyof typeof says.settled] ?? says.unknown(fact.kind);
    case 'cancelled':
      return joined([
        says.cancelled(
          who,
          stay,
          spoken?.currency === undefined ? '' : money(Number(own.refundMinor), spoken.currency),
        ),
        byHouse ? says.by(by) : undefined,
        because(own.reason),
      ]);
    case 'blocked':
      return joined([says.blocked(by, stay), because(own.reason)]);
    case 'unblocked':
      return says.unblocked(by, stay);
    case 'adopted':
      return says.adopted(shortWho(textOf(own.guest)), shortWho(textOf(own.account)));
    case 'paused':
    case 'resumed':
    case 'retired':
      return says[fact.kind];
    default:
      return says.unknown(fact.kind);
  }
}

/** `Fri 5 Mar: free → held` for each run of nights that a change touched. */
export interface NightChange {
  readonly from: string;
  readonly to: string;
  readonly before: Status;
  readonly after: Status;
}
export type Status = 'free' | 'held' | 'booked' | 'blocked';

export function changeWords({ from, to, before, after }: NightChange): string {
  const words = t.common.status;
  return t.history.nightsChanged(datesText(from, to), words[before], words[after]);
}

/** Of whom a host is not told. */
const textOf = (id: unknown) => (typeof id === 'string' ? id : undefined);

function shortWho(subjectId: string | undefined): string {
  return subjectId === undefined ? t.history.facts.somebody : subjectId.slice(0, 10);
}

function until(epochMs: unknown, at: string): string {
  if (typeof epochMs !== 'number') return '–';
  const instant = new Date(epochMs).toISOString();
  return epochMs - Date.parse(at) < DAY_MS ? timeText(instant) : momentText(instant);
}

function amountText(spoken: Spoken | undefined): string {
  return spoken?.totalMinor === undefined || spoken.currency === undefined
    ? ''
    : money(spoken.totalMinor, spoken.currency);
}

const because = (reason: unknown): string | undefined =>
  typeof reason === 'string' && reason !== '' ? t.history.facts.because(isolated(reason)) : undefined;

const joined = (parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined).join(' ');
