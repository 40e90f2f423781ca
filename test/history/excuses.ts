/**
 * Every reason for which the checker lets a difference pass, by name: nothing else does. Each has a legal history that
 * would be called broken without it, and a seeded bug that would be missed if it were any excuse at all
 * (excuses.test.ts bends each, both ways).
 */
export const EXCUSES = {
  skew: "clocks are apart by as much as the run declares: a fact's instant may lie so far outside of its command",
  late: 'a hold is open for as long as the tolerance after its deadline (I5)',
  'nobody-served':
    'what was due in an outage of its owner waits for the next owner, and the tolerance again (I5)',
  'declined-late': "a hold whose payment is declined after the hold's own deadline ends then (B4, H6)",
  'came-in-time':
    'a confirm that was sent before the deadline is taken while it waits for its answer (H6, C1)',
  'paid-late': 'a hold that expired unpaid becomes a booking when its payment is found (B3)',
  'told-expired':
    'a repeat is told that its hold has expired until the payment is found that makes a booking of it (B3)',
  'declined-anew': 'a confirm that was declined is decided anew when it is sent again (C3)',
  'day-passed': 'a request that is sent again after a day may be another (I3)',
  admin: 'an admin ends and lengthens the holds of others (H10)',
  unknown: 'a command that is answered `unavailable` may take effect or not (C1)',
  unsent: 'a refused command of which an earlier try was on its way may take effect by that (I3)',
  'at-the-door': 'a repeat is refused before anybody looks whether it took effect',
  'before-effect': 'a repeat that was asked before its request was decided may be refused (I3)',
  'other-content': 'a request id that was used for two things is refused for one of them (C2)',
  raced: 'what is decided or read while versions are made rests on any of them',
  'not-judged': 'a refusal for a rule of the apartment, a rate or a token rests on nothing that is recorded',
  'lost-hold': 'a hold without an answer may have been counted by a server that was lost (H5)',
  'end-unheard': 'an end in an outage of its owner is not known to others before that is over (H5)',
  unheard: 'a hold is not counted where it cannot have been heard of yet (H5)',
  deaf: 'a hold is not counted as long as servers cannot hear each other, or have all begun anew (H5)',
  'many-conflicts': 'a refusal names twenty ranges at most (H9)',
  'ended-meanwhile': '`mine` leaves out what may have ended before it was answered',
  'past-stay': '`mine` leaves out a booking whose stay may be over, or that is past its two hundred',
  'run-together': 'a client library shows neighbours of one kind as one range',
  'other-words': 'a delta may say more than changed, as long as all of it is so',
  beacon: 'a frame that says no night says a version alone, unless it is told as a change',
  'before-first': 'a watch that has had no calendar yet misses nothing',
  'heard-before': 'a frame that comes again, or late, says nothing',
  resync: 'a watcher that has noticed a jump has some time to be whole again (I4)',
  'on-its-way': 'what has been told to somebody is on its way to the others for some time (I4)',
  'under-way':
    'what is being paid, or is owed, may be in any state with the provider and pending in the table',
  'lost-history':
    'what was acknowledged of a history is not in the next, as far as the older copy did not have it (I2)',
  'two-histories':
    'between an older copy’s coming and the last server’s hearing of it an answer rests on either (I2)',
  'provider-remembers':
    'what the provider did for a fact that went with its history is the operator’s to set right (I6)',
  'refused-for-good': 'a refund that the provider refuses for good is the operator’s to give back (B7)',
  damaged:
    'an apartment is refused as unreadable while it is damaged, and as long again until it is tried (C8)',
  untold: '`mine` leaves out what is held in an apartment that cannot be read, and it is counted or not (C8)',
} as const satisfies Record<string, string>;
export type Excuse = keyof typeof EXCUSES;

/** What a test makes of an excuse: `any` excuses everything that it could, `none` nothing. */
export type Bend = Partial<Record<Excuse, 'any' | 'none'>>;

/** A tolerance without end, in milliseconds: ten years. */
const ANY_MS = 3e11;

export class Excuses {
  readonly #bend: Bend;
  readonly #used = new Map<Excuse, number>();

  constructor(bend: Bend = {}) {
    this.#bend = bend;
  }

  /** How often each has let something pass. */
  get used(): ReadonlyMap<Excuse, number> {
    return this.#used;
  }

  /** @param isSo whether the reason holds here */
  for(name: Excuse, isSo: boolean): boolean {
    const bend = this.#bend[name];
    const isExcused = bend === undefined ? isSo : bend === 'any';
    if (isExcused) this.#used.set(name, (this.#used.get(name) ?? 0) + 1);
    return isExcused;
  }

  toleranceMs(name: Excuse, ms: number): number {
    const bend = this.#bend[name];
    if (bend === undefined) return ms;
    return bend === 'any' ? ANY_MS : 0;
  }

  /** Of versions: as they are, all up to the last one that there is, or the last alone. */
  versions(name: Excuse, { first, last }: { first: number; last: number }, head: number) {
    const bend = this.#bend[name];
    if (bend === 'any') return { first: 0, last: head };
    return { first: bend === 'none' ? last : first, last };
  }
}
