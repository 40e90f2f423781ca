/** What the checker found: violations under stable names, and how much it looked at. */
import { type Bend, Excuses } from './excuses.ts';
import type { RecordedPayment } from './history.ts';

/** Name → what was promised. Tests and runs use the names; they do not change. */
export const RULES = {
  'history-broken': 'every answer belongs to one operation, and fits its command',
  'version-gap': 'versions of an apartment are 1, 2, 3, … (I4)',
  'version-repeated': 'no version is written twice (I4)',
  'epoch-fell': 'after a takeover the former owner writes nothing',
  'claims-overlap': 'no night is under two claims (I1)',
  'fact-impossible':
    'a fact is about a claim or a payment that is open, in the order of its steps (A1, H1, B1)',
  'not-owner': 'nobody changes or replaces the hold of another (H4, H8)',
  'adopted-wrongly':
    "what a guest had becomes the account's who took them along, once, and nobody else's (G9)",
  'left-behind': 'nothing is left with a guest whom an account took along (G9)',
  'clock-off': "a fact's instant lies between its command and the answer, within the declared skew",
  'ended-early': 'no hold is ended before its deadline (I5)',
  'ended-late': 'no hold is open longer than the tolerance after its deadline while its owner is up (I5)',
  'acted-after-end': 'a hold whose deadline has passed is not extended, released or replaced (H7)',
  'confirmed-after-end': 'a hold that has ended is not confirmed, a late payment of it apart (H6, B3)',
  'held-past-cap': 'a hold lives its lifetime, counted on from the first hold that it replaces (H2, H4)',
  'extended-past-cap': 'an extension is to 15 minutes from then, and to 30 from the first hold (H3)',
  'extended-twice': 'a hold is extended once (H3)',
  'too-many-open': 'a guest has at most so many open holds (H5)',
  'two-effects': 'a request takes effect once (I3)',
  'two-answers': 'a request that took effect gets the same answer each time (I3)',
  'unknown-both': 'a request of unknown outcome either took effect or did not (I3)',
  'refused-took-effect': 'a refused command has no effect (I3)',
  'acked-lost': 'a command answered ok is in the journal (I2)',
  'acked-confirm-lost': 'a confirm answered ok is in the journal as a booking (I2)',
  'answer-mismatch': 'an answer says what the fact says (I2)',
  'price-changed': 'the price of the hold is the price booked and charged (I7)',
  'told-before-fact': 'nobody is told a version before the command that makes it is sent (I2)',
  'ahead-of-journal': 'nobody is told a version that the journal does not have (I2)',
  'refusal-unjustified': 'a refusal rests on a claim or a fact that stood between question and answer (I2)',
  'refusal-misnamed': 'a refusal names what is taken, how, and until when, as it was at one version (H9)',
  'alternative-taken': 'the alternatives of a refusal were free (H9)',
  'read-stale': 'a read shows what had been told to anybody before it was asked (I2)',
  'read-lost-ack': 'a confirmed booking is in every later read until it is cancelled (I2)',
  'read-mismatch': 'a read is the calendar of exactly its version',
  'mine-omits': "`mine` has all of the caller's open holds and future bookings",
  'mine-mismatch': '`mine` has nothing else, and as it is',
  'watcher-missed': 'a watcher sees each version in order, or an explicit resync (I4)',
  'watcher-went-back': 'a watcher is never told an older version (I4)',
  'delta-mismatch': 'a delta says what its fact changed (I4)',
  'event-mismatch': "a guest's hold or booking event says what a fact made of it",
  'captured-unbooked': 'a hold that became no booking keeps no money (I6)',
  'booked-uncaptured': 'a booking has a captured payment (I6)',
  'captured-twice': 'a booking has one captured payment (I6)',
  'refund-missing': 'what is to be given back is given back (I6)',
  'refund-excess': 'nothing more is given back (I6)',
  'refund-wrong': 'a cancellation refunds under the policy in force at booking (B5)',
  'payment-open': 'no payment is left open for good (I6)',
  'table-differs': 'the bookings table says what the journal says',
  'served-refused':
    'nothing is answered or told of a history that is refused, until an operator has accepted it (I2)',
  'told-unreadable': 'of an apartment that cannot be read nothing is told (C8)',
  'internal-error': 'no command ends in a defect',
} as const satisfies Record<string, string>;
export type Rule = keyof typeof RULES;

export interface Violation {
  readonly rule: Rule;
  readonly apartmentId: string | undefined;
  /** `process/op` of the operations involved, `process#watch` of a watch. */
  readonly operations: readonly string[];
  /** Journal versions involved. */
  readonly versions: readonly number[];
  /** One sentence. */
  readonly message: string;
}

/** A checker that checked nothing says so here. */
const NOTHING_YET = {
  apartments: 0,
  facts: 0,
  epochs: 0,
  ok: 0,
  refused: 0,
  unknown: 0,
  unknownTookEffect: 0,
  answersMatched: 0,
  repeatsCompared: 0,
  refusalsJustified: 0,
  /** Rest on rules, rates, tokens: nothing here can tell. */
  refusalsNotJudged: 0,
  calendarsCompared: 0,
  mineCompared: 0,
  deltasCompared: 0,
  beacons: 0,
  resyncs: 0,
  eventsCompared: 0,
  holdsEnded: 0,
  /** Past their deadline by more than the tolerance, and excused by an outage. */
  holdsEndedAfterOutage: 0,
  guestsCounted: 0,
  paymentsCompared: 0,
  refundsJudged: 0,
  rowsCompared: 0,
};
export type Counts = typeof NOTHING_YET;

/** Violations kept; the others are only counted. */
const KEPT_MAX = 1_000;

interface Where {
  readonly apartmentId?: string | undefined;
  readonly operations?: readonly string[];
  readonly versions?: readonly number[];
}

export class Report {
  readonly violations: Violation[] = [];
  readonly counts: Counts = { ...NOTHING_YET };
  readonly excuses: Excuses;
  /** What the provider has taken for bookings of a lost history: an operator's to book anew or to give back. */
  readonly orphans: RecordedPayment[] = [];
  readonly #byRule = new Map<Rule, number>();

  constructor(bend?: Bend) {
    this.excuses = new Excuses(bend);
  }

  add(rule: Rule, message: string, where: Where = {}): void {
    this.#byRule.set(rule, (this.#byRule.get(rule) ?? 0) + 1);
    if (this.violations.length >= KEPT_MAX) return;
    const { apartmentId, operations = [], versions = [] } = where;
    this.violations.push({ rule, apartmentId, operations, versions, message });
  }

  /** How often each rule was broken; also what is past the violations kept. */
  get byRule(): ReadonlyMap<Rule, number> {
    return this.#byRule;
  }
}
