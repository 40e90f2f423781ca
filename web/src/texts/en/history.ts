import { pluralIn } from '../plural.ts';

const plural = pluralIn('en');

/** One apartment's facts, and its calendar as of any of them. */
export const history = {
  guestsPage: "The guests' page",
  stale: 'The connection is away: this is what was known when it went. It goes on by itself.',
  nothing: 'Nothing has happened to this apartment yet: no hold, no booking, no closed night.',
  calendarAsOf: 'The calendar as of any moment',
  asOf: 'As of version',
  versionOf: (version: string, latest: string) => `${version} of ${latest}`,
  previous: 'The fact before',
  next: 'The next fact',
  toEnd: 'Now',
  atEnd: 'This is how it is now; it moves on with what happens.',
  staysHere: 'It stays here whatever happens meanwhile.',
  noNights: 'No night has changed by this.',
  nightsChanged: (dates: string, before: string, after: string) => `${dates}: ${before} → ${after}`,
  deadlineOf: (dates: string) => `${dates}: held, with another deadline`,
  factsOf: 'Facts, the newest first',
  version: 'Version',
  when: 'When',
  what: 'What happened',
  whose: 'By whom',
  nobody: 'by itself',
  laterFacts: 'Later',
  earlierFacts: 'Earlier',
  page: (first: string, last: string, latest: string) => `${first} to ${last} of ${latest}`,
  archived: (version: string) =>
    `What happened up to version ${version} is in the archive: it is kept, and not shown here.`,
  calendar: {
    label: 'Calendar as of the chosen version',
    heldUntil: (until: string) => `held until ${until}`,
    was: (before: string) => `changed just then, was ${before} before`,
    deadlineMoved: 'its deadline was moved just then',
    marks: { free: '', held: 'held', booked: 'booked', blocked: 'closed' },
    legend: 'Legend',
    changed: 'changed by this fact',
  },
  facts: {
    title: 'Facts',
    somewhere: 'some nights',
    somebody: 'somebody',
    held: (who: string, stay: string, until: string, amount: string) =>
      `Held by ${who} for ${stay} until ${until}${amount === '' ? '' : `, ${amount}`}.`,
    replaces: plural({
      one: 'Replaces # earlier hold of theirs.',
      other: 'Replaces # earlier holds of theirs.',
    }),
    extended: (who: string, stay: string, until: string) =>
      `Hold of ${who} for ${stay} lengthened until ${until}.`,
    extendedByHouse: (who: string, stay: string, until: string, by: string) =>
      `Hold of ${who} for ${stay} lengthened until ${until} by the house (${by}).`,
    confirming: (who: string, stay: string, until: string) =>
      `${who} pays for ${stay}: the bank is asked, until ${until} at most.`,
    authorised: (who: string, stay: string) => `The bank has set the amount aside for ${who}, ${stay}.`,
    declined: (who: string, stay: string) =>
      `Declined: the bank did not pay for ${who}, ${stay}. The hold goes on.`,
    actionRequired: (who: string, stay: string) =>
      `The bank wants to hear from ${who} first, for ${stay}. The hold goes on.`,
    confirmed: (who: string, stay: string, amount: string) =>
      `Confirmed: ${stay} is booked by ${who}${amount === '' ? '' : `, ${amount} paid`}.`,
    released: (who: string, stay: string) => `Given back: ${who} does not want ${stay} any more.`,
    releasedByHouse: (who: string, stay: string, by: string) =>
      `Hold of ${who} for ${stay} ended by the house (${by}).`,
    expired: (who: string, stay: string) => `Expired: the hold of ${who} for ${stay} ran out.`,
    settled: {
      nothing_taken: 'Settled: the bank had taken nothing.',
      voided: 'Settled: what the bank had set aside was given free.',
      refunded: 'Settled: the bank has paid back.',
      refused: 'The bank refuses to pay back: the money must be given back by hand.',
    },
    cancelled: (who: string, stay: string, refund: string) =>
      `Cancelled: the booking of ${who} for ${stay}${refund === '' ? '' : `, ${refund} back`}.`,
    by: (by: string) => `By the house (${by}).`,
    blocked: (by: string, stay: string) => `Closed by ${by}: ${stay}.`,
    unblocked: (by: string, stay: string) => `Opened again by ${by}: ${stay}.`,
    adopted: (guest: string, account: string) =>
      `${guest} has signed in: what was theirs here is ${account}'s from now on.`,
    because: (reason: string) => `Because: ${reason}.`,
    paused: 'Paused: it takes no new holds.',
    resumed: 'Taken up again: it takes holds.',
    retired: 'Retired: it is never let again.',
    unknown: (kind: string) => `Something this page has no words for: ${kind}.`,
  },
  open: {
    title: 'Open holds',
    none: 'Nobody holds anything here right now.',
    left: (time: string) => `${time} left`,
    paying: 'being paid; the bank decides now',
    lengthen: 'Lengthen …',
    end: 'End this hold',
    leave: 'Leave it as it is',
    endTitle: 'End this hold?',
    endMeans: (stay: string) =>
      `The guest's page says at once that the hold of ${stay} has ended, and offers to hold the nights again if they are still free. What they have typed stays. The nights are free for everybody.`,
    lengthenTitle: 'Lengthen this hold',
    lengthenMeans: (stay: string, until: string) =>
      `The guest's countdown for ${stay} jumps at once and ends at ${until}; nothing else changes for them.`,
    minutes: 'Minutes from now',
    lengthenBy: plural({ one: 'Give # minute', other: 'Give # minutes' }),
  },
  why: {
    title: 'Why was this refused?',
    intro: 'Say when and for which stay; the calendar as of then says what stood in its way.',
    at: 'When (your time)',
    stay: 'Stay, arrival to departure',
    look: 'Look',
    answer: (stay: string, at: string) => `${stay}, as of ${at}:`,
    clear: 'Nothing stood in its way: the nights were free, and the rules allow the stay.',
    rulesAreNow: 'Nights are those of then. House rules are those of now: what they were then is not kept.',
    archived: 'What happened then is in the archive: ask about a later moment, or have somebody look there.',
    show: (version: string) => `Show the calendar as of then (version ${version})`,
  },
};
