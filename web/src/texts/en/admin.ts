import { pluralIn } from '../plural.ts';

const plural = pluralIn('en');
const serversOf = plural({ one: '# server', other: '# servers' });
const socketsOf = plural({ one: '# socket', other: '# sockets' });

/** Feed, figures and servers. */
export const admin = {
  navigation: 'Admin pages',
  milliseconds: (value: string) => `${value} ms`,
  stale: (time: string) =>
    `The connection is away. What you see is as of ${time}; it is right again by itself as soon as the connection is back.`,
  guest: {
    copy: (id: string) => `Copy the id ${id}`,
    copied: 'Copied',
  },
  feed: {
    title: 'Just now',
    pause: 'Pause',
    resume: 'Go on',
    empty: 'Nothing has happened since you opened this page.',
    nonePass: 'Nothing of what has happened passes the filter.',
    nothingWaits: 'Paused. Nothing new yet.',
    waiting: plural({ one: 'Paused. # new event waits.', other: 'Paused. # new events wait.' }),
    more: (count: number) => `and ${count} more`,
    filter: 'Filter',
    filtered: 'Filter (on)',
    byCause: 'What happened',
    byApartment: 'Apartment or city',
    byGuest: 'Guest id',
    noFilter: 'Show everything',
  },
  tiles: {
    names: {
      booked: 'Nights booked',
      held: 'Nights held',
      closed: 'Nights closed',
      holdsOpen: 'Holds open',
      bookings: 'Bookings',
      commands: 'Commands',
      commit: 'Commit',
      sockets: 'Sockets',
    },
    now: 'right now',
    today: 'today',
    aSecond: 'a second',
    p99: (value: string) => `p99 ${value}`,
    shareOf: (share: string, count: number) =>
      plural({ one: `${share} of # apartment`, other: `${share} of # apartments` })(count),
    onServers: plural({ one: 'on # server', other: 'on # servers' }),
  },
  change: {
    unknown: 'Nothing to compare with yet',
    emptyNow: 'Nothing in this period to reckon it from',
    emptyBefore: 'The period before has nothing to compare with',
    toCome: 'Days to come have none yet: choose days that are over to compare',
    same: 'As much as',
    up: (difference: string) => `${difference} more than`,
    down: (difference: string) => `${difference} less than`,
    thanBefore: 'the period before',
    thanAMinuteAgo: 'a minute ago',
  },
  plot: {
    table: 'Values',
    tableOf: (label: string) => `${label}: values as a table`,
    day: 'Day',
    time: 'Time',
    nothing: (label: string) => `${label}: no values yet`,
    span: (from: string, to: string) => `From ${from} to ${to}`,
    since: (from: string) => `Since ${from}`,
    noValue: (name: string) => `${name}: no value`,
    extent: (name: string, least: string, most: string) => `${name} between ${least} and ${most}`,
  },
  period: {
    title: 'Period',
    days: 'Days',
    own: 'Own dates',
    presets: {
      'last-7': 'Last 7 days',
      'last-30': 'Last 30 days',
      'last-90': 'Last 90 days',
      'around-14': 'A week back, a week ahead',
      'next-30': 'Next 30 days',
      'next-90': 'Next 90 days',
    },
  },
  figures: {
    now: 'Right now',
    period: 'Over a period',
    oneCurrency: (count: number, currency: string) =>
      `The house takes ${count} currencies. Amounts are those of ${currency} alone: amounts of several currencies are never added up.`,
    points: plural({ one: '# point', other: '# points' }),
    notes: {
      ofNights: (booked: string, available: number) =>
        plural({ one: `${booked} of # night`, other: `${booked} of # nights` })(available),
      ofHolds: plural({ one: 'of # hold', other: 'of # holds' }),
      holdsEnded: (expired: string, released: string) => `${expired} expired, ${released} given back`,
      rate: (share: string) => `${share} of bookings made`,
    },
    holdsOpen: {
      title: 'Holds open',
      means: 'Holds that run right now: nights that somebody keeps while they decide or pay.',
    },
    commands: {
      title: 'Commands a second',
      means: 'Holds, confirmations, releases and the like that the apartments decided in the last second.',
    },
    commit: {
      title: 'Commit time',
      means:
        'From a decision until it is on disk: half of them take no longer than p50, 99 of 100 no longer than p99. Nobody is told anything before.',
      note: (p99: string) => `p50 · p99 ${p99}`,
      p50: 'p50',
      p99: 'p99',
    },
    sockets: {
      title: 'Sockets',
      means: 'Open live connections of all guests, hosts and admins.',
    },
    byDay: {
      occupancy: {
        title: 'Occupancy',
        means: 'Booked nights by all nights that could be booked; closed nights are no part of either.',
      },
      adr: {
        title: 'ADR',
        means:
          'Average daily rate: what booked nights bring, by the number of booked nights. Says what a sold night costs.',
      },
      revpar: {
        title: 'RevPAR',
        means:
          'Revenue by available night: what booked nights bring, by all nights that could be booked. Occupancy and rate in one.',
      },
      revenue: {
        title: 'Revenue',
        means:
          'What the booked nights of these days bring as rent: discounts taken off, cleaning and taxes left out.',
      },
      bookings: {
        title: 'Bookings made',
        means: 'Holds that were confirmed and paid on these days, whichever nights they are for.',
      },
      conversion: {
        title: 'Holds that became bookings',
        means:
          'Bookings made by holds placed. A hold that its own guest replaced by another one does not count.',
      },
      cancellations: {
        title: 'Cancellations',
        means: 'Bookings cancelled on these days, whenever they were made.',
      },
    },
  },
  servers: {
    summary: (servers: number, sockets: number, time: string) =>
      `${serversOf(servers)}, ${socketsOf(sockets)}, as of ${time}`,
    shardsTitle: 'Who decides for which apartments',
    shardsMean:
      'Every apartment belongs to one of 256 shards, and every shard to one server at a time: the only one that decides about its apartments.',
    allOwned: (all: number) => `All ${all} shards have a server.`,
    nobodys: (count: number, all: number) =>
      plural({
        one: `# of ${all} shards has no server right now: commands for its apartments wait until one has taken it, usually within two seconds.`,
        other: `# of ${all} shards have no server right now: commands for their apartments wait until one has taken them, usually within two seconds.`,
      })(count),
    table: 'Servers',
    server: 'Server',
    state: 'State',
    shards: 'Shards',
    ofShards: (count: number, all: number) => `${count} of ${all}`,
    shardsOf: (id: string) => `Shards of ${id}`,
    since: (time: string) => `since ${time}`,
    work: 'What they do',
    together: 'Counts are those of all servers together; commit times are those of the slowest one.',
    states: {
      up: { name: 'up', means: 'Serves its shards and renews its lease twice a second.' },
      leaving: {
        name: 'leaving',
        means: 'Was told to stop: it hands its shards to the others, then asks its sockets to go elsewhere.',
      },
      silent: {
        name: 'silent',
        means: 'Its lease has run out. It answers nothing until it has a new one, and may be declared dead.',
      },
      left: { name: 'left', means: 'Has stopped in good order; what it still owns is being taken over.' },
      dead: { name: 'dead', means: 'Was declared dead; the others are taking its shards.' },
      gone: {
        name: 'gone',
        means: 'No longer there: the others have its shards. Shown here for two minutes.',
      },
    },
  },
};
