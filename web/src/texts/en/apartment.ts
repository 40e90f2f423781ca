import { pluralIn } from '../plural.ts';

const plural = pluralIn('en');
const daysOf = plural({ one: '# day', other: '# days' });

/** One apartment: its calendar, choosing, holding, paying. */
export const apartment = {
  missing: 'No such apartment',
  cannotShow: 'This apartment cannot be shown',
  back: 'Back to all apartments',
  sleeps: plural({ one: 'sleeps # guest', other: 'sleeps # guests' }),
  priceFrom: (amount: string) => `from ${amount} a night`,
  amenities: 'Amenities',
  takesNone: 'This apartment takes no new stays at the moment. Bookings made before stand.',

  rules: {
    heading: 'House rules',
    length: (least: string, most: string) => `Stay at least ${least}, at most ${most}.`,
    lengthAtMost: (most: string) => `Stay at most ${most}.`,
    arriveAnyDay: 'Arrive on any day.',
    arriveOn: (days: string) => `Arrive on ${days}.`,
    leaveAnyDay: 'Leave on any day.',
    leaveOn: (days: string) => `Leave on ${days}.`,
    notice: plural({ one: 'Book at least # day ahead.', other: 'Book at least # days ahead.' }),
    ahead: (day: string) => `Stays end on ${day} at the latest; later days open as time goes by.`,
    turnover: plural({
      one: '# night is kept empty between two stays.',
      other: '# nights are kept empty between two stays.',
    }),
    season: (name: string, from: string, last: string, rules: string) =>
      `${name} (${from} to ${last}): ${rules}.`,
    touching: 'The minimum of a season counts for every stay with a night in it.',
    gap: (nights: string) => `What is left between two stays may be shorter: at least ${nights}.`,
    extraGuests: (guests: string, amount: string) =>
      `The price is for ${guests}; each further one costs ${amount} a night.`,
    cityTax: (amount: string, most: string | undefined, isForAdults: boolean) =>
      `City tax of ${amount} for each ${isForAdults ? 'adult' : 'person'} and night${most === undefined ? '' : `, for at most ${most}`}.`,
    ofSeason: {
      least: (nights: string) => `at least ${nights}`,
      most: (nights: string) => `at most ${nights}`,
      arrive: (days: string) => `arrival on ${days}`,
      leave: (days: string) => `departure on ${days}`,
    },
    timeZone: (zone: string, time: string) =>
      `Days and times are local at the apartment (${zone}, where it is ${time} now).`,
  },

  calendar: {
    heading: 'Nights',
    label: 'Choose your nights',
    hint: 'Choose the day you arrive; each day tells here what it is.',
    hintLeave: (arrival: string) => `You arrive on ${arrival}. Now choose the day you leave.`,
    shortest: (nights: string) => `Stays from there are ${nights} or longer.`,
    chosen: (stay: string) => `You have chosen ${stay}. Another day begins anew.`,
    notLive: 'Not live: the connection is gone, and these nights may have changed since.',
    loading: 'The calendar is on its way …',
    states: {
      free: 'free',
      mine: 'held by you',
      paying: 'being paid by you',
      'my-booking': 'booked by you',
      held: 'held by someone',
      booked: 'booked',
      blocked: 'closed by the host',
      past: 'over',
      beyond: 'not open yet',
      unknown: 'loading',
    },
    heldUntil: (time: string) => `held by someone until ${time}`,
    today: 'today',
    parts: { 'check-in': 'your check-in', stay: 'in your stay', 'check-out': 'your check-out' },
    checkOutOnly: 'check-out only',
    limits: {
      notice: 'too soon to arrive',
      short: 'too short for a stay',
      turnover: 'kept empty between stays',
      'no-arrival': 'no arrival',
    },
    /** Of a day on which the stay begun might end. */
    ends: {
      possible: 'you may leave',
      short: (nights: string) => `too short to leave: ${nights} at least`,
      long: (nights: string) => `too long to leave: ${nights} at most`,
      weekday: 'no departure',
      turnover: 'too near another stay to leave',
      behind: 'taken nights lie before it',
    },
    endMarks: {
      possible: 'out',
      short: (nights: number) => `min ${nights}`,
      long: (nights: number) => `max ${nights}`,
      weekday: 'no out',
      turnover: 'too near',
      behind: '',
    },
    marks: {
      in: 'in',
      out: 'out',
      mine: 'yours',
      paying: 'paying',
      'my-booking': 'yours',
      held: 'held',
      booked: 'booked',
      blocked: 'closed',
      outOnly: 'out only',
      notice: 'too soon',
      short: 'short',
      turnover: 'empty',
      'no-arrival': '↛',
      beyond: 'later',
    },
    legend: {
      label: 'Legend',
      free: 'Free',
      mine: 'Held by you',
      'my-booking': 'Booked by you',
      held: 'Held by someone',
      booked: 'Booked',
      blocked: 'Closed',
      outOnly: 'Check-out only',
      mayLeave: 'You may leave',
      mayNotLeave: 'You may not leave',
      short: 'Too short for a stay',
      'no-arrival': 'No arrival',
      notice: 'Too soon',
    },
    arrive: 'Free. Choose it to arrive on this day.',
    arriveInstead: 'Choose it to arrive on this day instead.',
    begun: 'You arrive on this day. Choose it again to take that back.',
    leave: (nights: string, total: string) => `${nights}, ${total} in total. Choose it to leave on this day.`,
    mayLeave: 'You may leave on this day: the next guest arrives on it.',
    heldFor: (left: string) => `Held by someone for ${left} more. It may be free again then.`,
  },

  why: {
    stay_order: 'Leave after you arrive.',
    past: 'This day is over at the apartment.',
    notice: (days: number, first: string) =>
      `Too soon: the host wants ${daysOf(days)} of notice, so nobody arrives before ${first}.`,
    horizon: (last: string) => `Not open yet: stays end on ${last} at the latest.`,
    min_nights: (nights: string) => `Too short: stays from there are ${nights} or longer.`,
    max_nights: (nights: string) => `Too long: stays from there are ${nights} at most.`,
    arrival_day: (weekday: string, days: string) => `No arrival on a ${weekday}: guests arrive on ${days}.`,
    departure_day: (weekday: string, days: string) =>
      `No departure on a ${weekday}: guests leave on ${days}.`,
    capacity: (guests: string) => `Too many: the apartment sleeps ${guests}.`,
    turnover: plural({
      one: 'Too near another stay: the host keeps # night empty between two of them.',
      other: 'Too near another stay: the host keeps # nights empty between two of them.',
    }),
    no_room: (nights: string, until: string) =>
      `Too short: stays from here are ${nights} or longer, and ${until} is not free.`,
    taken: {
      held: (date: string) => `The night of ${date} is held by someone right now.`,
      booked: (date: string) => `The night of ${date} is booked.`,
      blocked: (date: string) => `The night of ${date} is closed by the host.`,
      'my-booking': (date: string) => `The night of ${date} is in a booking of yours.`,
      paying: (date: string) => `The night of ${date} is in a hold of yours that is being paid.`,
    },
  },

  chooser: {
    children: 'Children among them',
    fewerChildren: 'Fewer children',
    moreChildren: 'More children',
    label: 'Choose a stay',
    heading: 'Your stay',
    other: 'Other nights?',
    chooseArrival: 'Choose the day you arrive.',
    chooseDeparture: 'Now choose the day you leave.',
    chooseNights: 'Choose nights',
    seeInstead: 'What else is free',
    hold: 'Hold',
    holdNights: (nights: string) => `Hold ${nights}`,
    move: (nights: string) => `Move the hold to these ${nights}`,
    holding: 'Holding …',
    costsNothing: 'A hold costs nothing. Others see the nights as held until it ends.',
    moveHint: 'Choose other dates here to move your hold.',
    takenMeanwhile: 'Somebody was faster',
    offline: 'Nothing can be held while the connection is gone. It comes back by itself.',
  },

  openHolds: {
    heading: 'Your open holds',
    release: 'Release',
    releaseOf: (name: string) => `Release the hold of ${name}`,
    thenHold: 'One is released: you can hold this stay now.',
  },

  hold: {
    label: 'Your hold',
    held: 'Yours for now',
    paying: 'The bank is deciding',
    expired: 'Your hold has ended',
    released: 'Your hold was ended',
    settling: 'The payment did not come in time',
    gone: 'Your hold has ended',
    'gone-paying': 'Your hold has ended',
    until: (time: string) => `Held for you until ${time}.`,
    extended: (time: string) => `You have more time: until ${time}.`,
    more: 'More time',
    extending: 'Extending …',
    noMore: (time: string) => `The time cannot be lengthened again: ${time} is the last.`,
    release: 'Release',
    releasing: 'Releasing …',
    asked: (deadline: string) =>
      `Your payment is being decided. The nights stay yours meanwhile, for ${deadline} at most, whatever time your hold had left. You may close this page: the answer is kept.`,
    paymentUnknown:
      'The connection is gone: whether the payment went through is unknown here until it is back. Nothing is paid twice.',
    again: 'Hold again',
    dismiss: 'Choose other nights',
    /** What became of it. */
    because: {
      expired: 'What you typed is kept.',
      released:
        'It was ended before its time was up, by the house or on another device of yours: by whom is not told here. What you typed is kept.',
      settling:
        'The nights are free for others again. If the bank has not answered yet, we go on asking it: if it did take the money and the nights are still free, they become your booking after all; if not, the money goes back by itself.',
      gone: 'It ended while there was no connection. What you typed is kept.',
      'gone-paying':
        'It ended while there was no connection, so what became of the payment is not known here. If it went through, the stay is in My stays or comes there; if there is no stay for it, the money goes back by itself.',
    },
  },

  pay: {
    name: 'Name',
    email: 'E-mail',
    payment: 'Payment',
    methods: {
      sandbox_ok: 'Card that works',
      sandbox_declined: 'Card that is declined',
      sandbox_action_required: 'Card whose bank asks back',
      sandbox_slow: 'Slow bank (5 seconds)',
      sandbox_late: 'Bank that answers too late',
      sandbox_down: 'Bank that is down',
    },
    sandbox: 'A sandbox: no money moves. Each choice shows what a real payment can do.',
    confirm: (total: string) => `Confirm and pay ${total}`,
    paying: 'Paying …',
    declined: 'The payment was declined',
    declinedWayOut:
      'Nothing was taken, and the nights are still yours for the time shown. Choose another way to pay.',
    holdFirst: 'Hold the nights again to pay for them.',
    offline: 'Nothing can be paid while the connection is gone. It comes back by itself.',
  },

  bank: {
    heading: 'Your bank asks you',
    question: (total: string, name: string) => `Do you approve a payment of ${total} for ${name}?`,
    sandbox:
      'This is the sandbox, so no bank is behind this question: approving it pays with the card that works.',
    left: 'Your hold lasts for',
    approve: 'Approve',
    refuse: 'Do not pay',
  },
};
