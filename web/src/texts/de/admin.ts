import type { Texts } from '../en/index.ts';
import { pluralIn } from '../plural.ts';

const plural = pluralIn('de');
const serversOf = plural({ one: '# Server', other: '# Server' });
const socketsOf = plural({ one: '# Verbindung', other: '# Verbindungen' });

export const admin: Texts['admin'] = {
  navigation: 'Seiten der Verwaltung',
  milliseconds: (value) => `${value} ms`,
  stale: (time) =>
    `Die Verbindung ist weg. Was Sie sehen, ist der Stand von ${time}; es stimmt von selbst wieder, sobald die Verbindung zurück ist.`,
  guest: {
    copy: (id) => `Kennung ${id} kopieren`,
    copied: 'Kopiert',
  },
  feed: {
    title: 'Gerade eben',
    pause: 'Anhalten',
    resume: 'Weiter',
    empty: 'Seit Sie diese Seite geöffnet haben, ist nichts geschehen.',
    nonePass: 'Nichts von dem, was geschehen ist, passt zum Filter.',
    nothingWaits: 'Angehalten. Noch nichts Neues.',
    waiting: plural({
      one: 'Angehalten. # neues Ereignis wartet.',
      other: 'Angehalten. # neue Ereignisse warten.',
    }),
    more: (count) => `und ${count} weitere`,
    filter: 'Filter',
    filtered: 'Filter (an)',
    byCause: 'Was geschehen ist',
    byApartment: 'Wohnung oder Ort',
    byGuest: 'Kennung des Gastes',
    noFilter: 'Alles zeigen',
  },
  tiles: {
    names: {
      booked: 'Nächte gebucht',
      held: 'Nächte reserviert',
      closed: 'Nächte gesperrt',
      holdsOpen: 'Offene Reservierungen',
      bookings: 'Buchungen',
      commands: 'Befehle',
      commit: 'Schreibzeit',
      sockets: 'Verbindungen',
    },
    now: 'gerade jetzt',
    today: 'heute',
    aSecond: 'pro Sekunde',
    p99: (value) => `p99 ${value}`,
    shareOf: (share, count) =>
      plural({ one: `${share} von # Wohnung`, other: `${share} von # Wohnungen` })(count),
    onServers: plural({ one: 'auf # Server', other: 'auf # Servern' }),
  },
  change: {
    unknown: 'Noch nichts zum Vergleichen',
    emptyNow: 'Nichts in diesem Zeitraum, woraus es sich ergibt',
    emptyBefore: 'Der Zeitraum davor hat nichts zum Vergleichen',
    toCome: 'Kommende Tage haben noch keine: zum Vergleichen vergangene Tage wählen',
    same: 'So viel wie',
    up: (difference) => `${difference} mehr als`,
    down: (difference) => `${difference} weniger als`,
    thanBefore: 'im Zeitraum davor',
    thanAMinuteAgo: 'vor einer Minute',
  },
  plot: {
    table: 'Werte',
    tableOf: (label) => `${label}: Werte als Tabelle`,
    day: 'Tag',
    time: 'Zeit',
    nothing: (label) => `${label}: noch keine Werte`,
    span: (from, to) => `Von ${from} bis ${to}`,
    since: (from) => `Seit ${from}`,
    noValue: (name) => `${name}: kein Wert`,
    extent: (name, least, most) => `${name} zwischen ${least} und ${most}`,
  },
  period: {
    title: 'Zeitraum',
    days: 'Tage',
    own: 'Eigene Daten',
    presets: {
      'last-7': 'Letzte 7 Tage',
      'last-30': 'Letzte 30 Tage',
      'last-90': 'Letzte 90 Tage',
      'around-14': 'Eine Woche zurück, eine voraus',
      'next-30': 'Nächste 30 Tage',
      'next-90': 'Nächste 90 Tage',
    },
  },
  figures: {
    now: 'Gerade jetzt',
    period: 'Über einen Zeitraum',
    oneCurrency: (count, currency) =>
      `Das Haus nimmt ${count} Währungen an. Die Beträge sind allein die in ${currency}: Beträge mehrerer Währungen werden nie zusammengezählt.`,
    points: plural({ one: '# Punkt', other: '# Punkte' }),
    notes: {
      ofNights: (booked, available) =>
        plural({ one: `${booked} von # Nacht`, other: `${booked} von # Nächten` })(available),
      ofHolds: plural({ one: 'aus # Reservierung', other: 'aus # Reservierungen' }),
      holdsEnded: (expired, released) => `${expired} abgelaufen, ${released} zurückgegeben`,
      rate: (share) => `${share} der Buchungen`,
    },
    holdsOpen: {
      title: 'Offene Reservierungen',
      means: 'Reservierungen, die gerade laufen: Nächte, die jemand behält, während er überlegt oder zahlt.',
    },
    commands: {
      title: 'Befehle pro Sekunde',
      means:
        'Reservierungen, Buchungen, Freigaben und dergleichen, über die in der letzten Sekunde entschieden wurde.',
    },
    commit: {
      title: 'Schreibzeit',
      means:
        'Von einer Entscheidung, bis sie auf der Platte steht: die Hälfte braucht höchstens p50, 99 von 100 höchstens p99. Vorher erfährt niemand davon.',
      note: (p99) => `p50 · p99 ${p99}`,
      p50: 'p50',
      p99: 'p99',
    },
    sockets: {
      title: 'Verbindungen',
      means: 'Offene Live-Verbindungen aller Gäste, Gastgeber und Verwalter.',
    },
    byDay: {
      occupancy: {
        title: 'Auslastung',
        means:
          'Gebuchte Nächte durch alle Nächte, die man buchen konnte; gesperrte Nächte zählen in keinem von beiden.',
      },
      adr: {
        title: 'ADR',
        means:
          'Durchschnittlicher Zimmerpreis: was gebuchte Nächte bringen, durch die Zahl der gebuchten Nächte. Sagt, was eine verkaufte Nacht kostet.',
      },
      revpar: {
        title: 'RevPAR',
        means:
          'Erlös je verfügbarer Nacht: was gebuchte Nächte bringen, durch alle Nächte, die man buchen konnte. Auslastung und Preis in einem.',
      },
      revenue: {
        title: 'Erlös',
        means:
          'Was die gebuchten Nächte dieser Tage an Miete bringen: nach Rabatten, ohne Reinigung und Steuern.',
      },
      bookings: {
        title: 'Neue Buchungen',
        means: 'Reservierungen, die an diesen Tagen bestätigt und bezahlt wurden, gleich für welche Nächte.',
      },
      conversion: {
        title: 'Reservierungen, die Buchungen wurden',
        means:
          'Buchungen durch Reservierungen. Eine, die ihr eigener Gast durch eine andere ersetzt hat, zählt nicht.',
      },
      cancellations: {
        title: 'Stornierungen',
        means: 'Buchungen, die an diesen Tagen storniert wurden, gleich wann sie gemacht wurden.',
      },
    },
  },
  servers: {
    summary: (servers, sockets, time) => `${serversOf(servers)}, ${socketsOf(sockets)}, Stand ${time}`,
    shardsTitle: 'Wer über welche Wohnungen entscheidet',
    shardsMean:
      'Jede Wohnung gehört zu einem von 256 Teilen, und jeder Teil zu einer Zeit einem Server: nur er entscheidet über dessen Wohnungen.',
    allOwned: (all) => `Alle ${all} Teile haben einen Server.`,
    nobodys: (count, all) =>
      plural({
        one: `# von ${all} Teilen hat gerade keinen Server: Befehle für seine Wohnungen warten, bis einer ihn übernommen hat, meist binnen zwei Sekunden.`,
        other: `# von ${all} Teilen haben gerade keinen Server: Befehle für ihre Wohnungen warten, bis einer sie übernommen hat, meist binnen zwei Sekunden.`,
      })(count),
    table: 'Server',
    server: 'Server',
    state: 'Zustand',
    shards: 'Teile',
    ofShards: (count, all) => `${count} von ${all}`,
    shardsOf: (id) => `Teile von ${id}`,
    since: (time) => `seit ${time}`,
    work: 'Was sie tun',
    together: 'Anzahlen sind die aller Server zusammen; Schreibzeiten sind die des langsamsten.',
    states: {
      up: { name: 'läuft', means: 'Bedient seine Teile und erneuert zweimal pro Sekunde seine Pacht.' },
      leaving: {
        name: 'geht',
        means:
          'Soll aufhören: Er übergibt seine Teile den anderen und bittet dann seine Verbindungen, anderswohin zu gehen.',
      },
      silent: {
        name: 'still',
        means:
          'Seine Pacht ist abgelaufen. Er antwortet nicht, bis er eine neue hat, und kann für tot erklärt werden.',
      },
      left: {
        name: 'gegangen',
        means: 'Hat ordentlich aufgehört; was ihm noch gehört, wird gerade übernommen.',
      },
      dead: { name: 'tot', means: 'Wurde für tot erklärt; die anderen übernehmen seine Teile.' },
      gone: {
        name: 'fort',
        means: 'Nicht mehr da: Seine Teile haben die anderen. Steht noch zwei Minuten hier.',
      },
    },
  },
};
