import type { Texts } from '../en/index.ts';
import { pluralIn } from '../plural.ts';

const plural = pluralIn('de');

export const history: Texts['history'] = {
  guestsPage: 'Zur Seite für Gäste',
  stale: 'Die Verbindung ist weg: Das ist, was bekannt war, als sie ging. Es geht von selbst weiter.',
  nothing:
    'Mit dieser Wohnung ist noch nichts geschehen: keine Reservierung, keine Buchung, keine gesperrte Nacht.',
  calendarAsOf: 'Der Kalender zu jedem Zeitpunkt',
  asOf: 'Stand der Version',
  versionOf: (version, latest) => `${version} von ${latest}`,
  previous: 'Das Ereignis davor',
  next: 'Das nächste Ereignis',
  toEnd: 'Jetzt',
  atEnd: 'So ist es jetzt; es geht mit dem weiter, was geschieht.',
  staysHere: 'Es bleibt hier, was auch inzwischen geschieht.',
  noNights: 'Dadurch hat sich keine Nacht geändert.',
  nightsChanged: (dates, before, after) => `${dates}: ${before} → ${after}`,
  deadlineOf: (dates) => `${dates}: reserviert, mit anderer Frist`,
  factsOf: 'Ereignisse, das neueste zuerst',
  version: 'Version',
  when: 'Wann',
  what: 'Was geschah',
  whose: 'Durch wen',
  nobody: 'von selbst',
  laterFacts: 'Spätere',
  earlierFacts: 'Frühere',
  page: (first, last, latest) => `${first} bis ${last} von ${latest}`,
  archived: (version) =>
    `Was bis zur Version ${version} geschah, ist im Archiv: Es ist aufgehoben, hier aber nicht zu sehen.`,
  calendar: {
    label: 'Kalender zum Stand der gewählten Version',
    heldUntil: (until) => `reserviert bis ${until}`,
    was: (before) => `hat sich da geändert, war vorher ${before}`,
    deadlineMoved: 'die Frist wurde da geändert',
    marks: { free: '', held: 'reserv.', booked: 'gebucht', blocked: 'gesperrt' },
    legend: 'Legende',
    changed: 'dadurch geändert',
  },
  facts: {
    title: 'Ereignisse',
    somewhere: 'einige Nächte',
    somebody: 'jemandem',
    held: (who, stay, until, amount) =>
      `Reserviert von ${who}: ${stay}, bis ${until}${amount === '' ? '' : `, ${amount}`}.`,
    replaces: plural({ one: 'Ersetzt # frühere Reservierung.', other: 'Ersetzt # frühere Reservierungen.' }),
    extended: (who, stay, until) => `Reservierung von ${who} (${stay}) verlängert bis ${until}.`,
    extendedByHouse: (who, stay, until, by) =>
      `Reservierung von ${who} (${stay}) vom Haus verlängert bis ${until} (${by}).`,
    confirming: (who, stay, until) =>
      `Zahlung von ${who} für ${stay}: Die Bank wird gefragt, höchstens bis ${until}.`,
    authorised: (who, stay) => `Die Bank hat den Betrag zurückgelegt: ${who}, ${stay}.`,
    declined: (who, stay) =>
      `Abgelehnt: Die Bank hat nicht gezahlt (${who}, ${stay}). Die Reservierung läuft weiter.`,
    actionRequired: (who, stay) =>
      `Die Bank will erst von ${who} hören (${stay}). Die Reservierung läuft weiter.`,
    confirmed: (who, stay, amount) =>
      `Bestätigt: ${stay} ist gebucht von ${who}${amount === '' ? '' : `, ${amount} bezahlt`}.`,
    released: (who, stay) => `Zurückgegeben von ${who}: ${stay}.`,
    releasedByHouse: (who, stay, by) => `Reservierung von ${who} (${stay}) vom Haus beendet (${by}).`,
    expired: (who, stay) => `Abgelaufen: die Reservierung von ${who} (${stay}).`,
    settled: {
      nothing_taken: 'Abgerechnet: Die Bank hatte nichts genommen.',
      voided: 'Abgerechnet: Was die Bank zurückgelegt hatte, wurde freigegeben.',
      refunded: 'Abgerechnet: Die Bank hat zurückgezahlt.',
      refused: 'Die Bank verweigert die Rückzahlung: Das Geld ist von Hand zurückzugeben.',
    },
    cancelled: (who, stay, refund) =>
      `Storniert: die Buchung von ${who} (${stay})${refund === '' ? '' : `, ${refund} zurück`}.`,
    by: (by) => `Durch das Haus (${by}).`,
    blocked: (by, stay) => `Gesperrt von ${by}: ${stay}.`,
    unblocked: (by, stay) => `Wieder geöffnet von ${by}: ${stay}.`,
    adopted: (guest, account) => `${guest} hat sich angemeldet: Alles davon gehört hier jetzt ${account}.`,
    because: (reason) => `Grund: ${reason}.`,
    paused: 'Ausgesetzt: Neue Reservierungen gibt es nicht.',
    resumed: 'Wieder aufgenommen: Sie lässt sich reservieren.',
    retired: 'Aufgegeben: Sie wird nie wieder vermietet.',
    unknown: (kind) => `Etwas, wofür diese Seite keine Worte hat: ${kind}.`,
  },
  open: {
    title: 'Offene Reservierungen',
    none: 'Gerade reserviert hier niemand.',
    left: (time) => `noch ${time}`,
    paying: 'wird bezahlt; jetzt entscheidet die Bank',
    lengthen: 'Verlängern …',
    end: 'Reservierung beenden',
    leave: 'So lassen',
    endTitle: 'Diese Reservierung beenden?',
    endMeans: (stay) =>
      `Die Seite des Gastes sagt sofort, dass die Reservierung (${stay}) zu Ende ist, und bietet an, die Nächte noch einmal zu reservieren, falls sie noch frei sind. Was getippt wurde, bleibt stehen. Die Nächte sind für alle frei.`,
    lengthenTitle: 'Diese Reservierung verlängern',
    lengthenMeans: (stay, until) =>
      `Die Uhr des Gastes (${stay}) springt sofort und endet um ${until}; sonst ändert sich für ihn nichts.`,
    minutes: 'Minuten ab jetzt',
    lengthenBy: plural({ one: '# Minute geben', other: '# Minuten geben' }),
  },
  why: {
    title: 'Warum wurde das abgelehnt?',
    intro: 'Sagen Sie wann und für welchen Aufenthalt; der Kalender von damals sagt, was im Weg stand.',
    at: 'Wann (Ihre Zeit)',
    stay: 'Aufenthalt, Anreise bis Abreise',
    look: 'Nachsehen',
    answer: (stay, at) => `${stay}, Stand ${at}:`,
    clear: 'Nichts stand im Weg: Die Nächte waren frei, und die Regeln erlauben den Aufenthalt.',
    rulesAreNow:
      'Die Nächte sind die von damals. Die Hausregeln sind die von jetzt: Frühere werden nicht aufgehoben.',
    archived:
      'Was damals geschah, ist im Archiv: Fragen Sie nach einem späteren Zeitpunkt, oder lassen Sie dort nachsehen.',
    show: (version) => `Kalender von damals zeigen (Version ${version})`,
  },
};
