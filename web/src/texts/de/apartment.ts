import type { Texts } from '../en/index.ts';
import { pluralIn } from '../plural.ts';

const plural = pluralIn('de');

export const apartment: Texts['apartment'] = {
  missing: 'Diese Wohnung gibt es nicht',
  cannotShow: 'Diese Wohnung lässt sich nicht zeigen',
  back: 'Zurück zu allen Wohnungen',
  sleeps: plural({ one: 'für # Gast', other: 'für # Gäste' }),
  priceFrom: (amount) => `ab ${amount} pro Nacht`,
  amenities: 'Ausstattung',
  takesNone: 'Diese Wohnung nimmt zurzeit niemanden neu auf. Frühere Buchungen gelten weiter.',

  rules: {
    heading: 'Hausregeln',
    length: (least, most) => `Aufenthalt mindestens ${least}, höchstens ${most}.`,
    lengthAtMost: (most) => `Aufenthalt höchstens ${most}.`,
    arriveAnyDay: 'Anreise an jedem Tag.',
    arriveOn: (days) => `Anreise: ${days}.`,
    leaveAnyDay: 'Abreise an jedem Tag.',
    leaveOn: (days) => `Abreise: ${days}.`,
    notice: plural({
      one: 'Mindestens # Tag im Voraus buchen.',
      other: 'Mindestens # Tage im Voraus buchen.',
    }),
    ahead: (day) => `Aufenthalte enden spätestens am ${day}; spätere Tage öffnen nach und nach.`,
    turnover: plural({
      one: '# Nacht bleibt zwischen zwei Aufenthalten frei.',
      other: '# Nächte bleiben zwischen zwei Aufenthalten frei.',
    }),
    season: (name, from, last, least) => `${name} (${from} bis ${last}): mindestens ${least}.`,
    policies: {
      flexible: 'Kostenlos stornierbar bis 24 Stunden vor der Anreise.',
      moderate: 'Kostenlos stornierbar bis 5 Tage vor der Anreise; danach wird die Hälfte erstattet.',
      strict: 'Bis 7 Tage vor der Anreise wird die Hälfte erstattet; danach nichts.',
    },
    timeZone: (zone, time) =>
      `Tage und Zeiten gelten am Ort der Wohnung (${zone}, dort ist es jetzt ${time}).`,
  },

  calendar: {
    heading: 'Nächte',
    label: 'Wählen Sie Ihre Nächte',
    hint: 'Wählen Sie den Tag der Anreise; hier steht zu jedem Tag, was er ist.',
    hintLeave: (arrival) => `Anreise am ${arrival}. Wählen Sie jetzt den Tag der Abreise.`,
    chosen: (stay) => `Gewählt: ${stay}. Mit einem anderen Tag fangen Sie neu an.`,
    notLive: 'Nicht live: Die Verbindung ist weg, und diese Nächte können sich inzwischen geändert haben.',
    loading: 'Der Kalender ist unterwegs …',
    states: {
      free: 'frei',
      mine: 'von Ihnen reserviert',
      paying: 'wird von Ihnen bezahlt',
      'my-booking': 'von Ihnen gebucht',
      held: 'gerade reserviert',
      booked: 'gebucht',
      blocked: 'vom Gastgeber gesperrt',
      past: 'vorbei',
      beyond: 'noch nicht offen',
      unknown: 'wird geladen',
    },
    heldUntil: (time) => `reserviert bis ${time}`,
    today: 'heute',
    parts: { 'check-in': 'Ihre Anreise', stay: 'in Ihrem Aufenthalt', 'check-out': 'Ihre Abreise' },
    checkOutOnly: 'nur Abreise',
    limits: {
      notice: 'zu früh für die Anreise',
      short: 'zu kurz für einen Aufenthalt',
      turnover: 'bleibt zwischen Aufenthalten frei',
      'no-arrival': 'keine Anreise',
    },
    marks: {
      in: 'an',
      out: 'ab',
      mine: 'Ihre',
      paying: 'zahlt',
      'my-booking': 'Ihre',
      held: 'reserv.',
      booked: 'gebucht',
      blocked: 'zu',
      outOnly: 'nur ab',
      notice: 'zu früh',
      short: 'kurz',
      turnover: 'leer',
      'no-arrival': '↛',
      beyond: 'später',
    },
    legend: {
      label: 'Zeichen',
      free: 'Frei',
      mine: 'Von Ihnen reserviert',
      'my-booking': 'Von Ihnen gebucht',
      held: 'Gerade reserviert',
      booked: 'Gebucht',
      blocked: 'Gesperrt',
      outOnly: 'Nur Abreise',
      short: 'Zu kurz für einen Aufenthalt',
      'no-arrival': 'Keine Anreise',
      notice: 'Zu früh',
    },
    arrive: 'Frei. Wählen Sie ihn, um an diesem Tag anzureisen.',
    arriveInstead: 'Wählen Sie ihn, um stattdessen an diesem Tag anzureisen.',
    begun: 'An diesem Tag reisen Sie an. Noch einmal gewählt, gilt er nicht mehr.',
    leave: (nights, total) => `${nights}, ${total} insgesamt. Wählen Sie ihn, um an diesem Tag abzureisen.`,
    mayLeave: 'An diesem Tag können Sie abreisen: Der nächste Gast kommt dann.',
    heldFor: (left) => `Noch ${left} für jemand anderen reserviert. Danach vielleicht wieder frei.`,
  },

  why: {
    stay_order: 'Die Abreise muss nach der Anreise liegen.',
    past: 'Dieser Tag ist an der Wohnung schon vorbei.',
    notice: (days, first) =>
      `Zu früh: Der Gastgeber braucht ${days === 1 ? 'einen Tag' : `${days} Tage`} Vorlauf. Anreise ab ${first}.`,
    horizon: (last) => `Noch nicht offen: Aufenthalte enden spätestens am ${last}.`,
    min_nights: (nights, leave) =>
      `Zu kurz: Von dort an mindestens ${nights}. Abreise am ${leave} oder später.`,
    max_nights: (nights, leave) =>
      `Zu lang: Von dort an höchstens ${nights}. Abreise am ${leave} oder früher.`,
    arrival_day: (weekday, days) => `Keine Anreise am ${weekday}. Anreise: ${days}.`,
    departure_day: (weekday, days) => `Keine Abreise am ${weekday}. Abreise: ${days}.`,
    capacity: (guests) => `Zu viele: Die Wohnung ist für höchstens ${guests}.`,
    turnover: (nights) => `Zu nah an einem anderen Aufenthalt: Dazwischen bleibt hier frei: ${nights}.`,
    no_room: (nights, until) => `Zu kurz: Von hier an mindestens ${nights}, und ${until} ist nicht frei.`,
    taken: {
      held: (date) => `Die Nacht ${date} ist gerade von jemandem reserviert.`,
      booked: (date) => `Die Nacht ${date} ist gebucht.`,
      blocked: (date) => `Die Nacht ${date} ist vom Gastgeber gesperrt.`,
      'my-booking': (date) => `Die Nacht ${date} gehört zu einer Buchung von Ihnen.`,
      paying: (date) => `Die Nacht ${date} gehört zu einer Reservierung, die Sie gerade bezahlen.`,
    },
  },

  chooser: {
    label: 'Aufenthalt wählen',
    heading: 'Ihr Aufenthalt',
    other: 'Andere Nächte?',
    chooseArrival: 'Wählen Sie den Tag der Anreise.',
    chooseDeparture: 'Wählen Sie jetzt den Tag der Abreise.',
    hold: 'Reservieren',
    holdNights: (nights) => `${nights} reservieren`,
    move: (nights) => `Auf diese ${nights} verlegen`,
    holding: 'Wird reserviert …',
    costsNothing: 'Reservieren kostet nichts. Andere sehen die Nächte so lange als reserviert.',
    moveHint: 'Wählen Sie hier andere Tage, um die Reservierung zu verlegen.',
    takenMeanwhile: 'Jemand war schneller',
    offline: 'Ohne Verbindung lässt sich nichts reservieren. Sie kommt von selbst wieder.',
  },

  openHolds: {
    heading: 'Ihre offenen Reservierungen',
    release: 'Freigeben',
    releaseOf: (name) => `Reservierung freigeben: ${name}`,
    thenHold: 'Eine ist freigegeben: Jetzt können Sie diesen Aufenthalt reservieren.',
  },

  hold: {
    label: 'Ihre Reservierung',
    held: 'Vorerst Ihre',
    paying: 'Zahlung läuft …',
    expired: 'Ihre Reservierung ist abgelaufen',
    released: 'Ihre Reservierung wurde freigegeben',
    settling: 'Die Bank hat nicht rechtzeitig geantwortet',
    gone: 'Ihre Reservierung ist zu Ende',
    'gone-paying': 'Ihre Reservierung ist zu Ende',
    until: (time) => `Für Sie reserviert bis ${time}.`,
    extended: (time) => `Sie haben mehr Zeit: bis ${time}.`,
    more: 'Mehr Zeit',
    extending: 'Wird verlängert …',
    noMore: (time) => `Noch einmal verlängern geht nicht: ${time} ist das Ende.`,
    release: 'Freigeben',
    releasing: 'Wird freigegeben …',
    asked: (deadline) =>
      `Die Bank wird gefragt. Die Nächte bleiben Ihre, bis sie antwortet, höchstens ${deadline}. Sie können die Seite schließen: Die Antwort geht nicht verloren.`,
    paymentUnknown:
      'Die Verbindung ist weg: Ob die Zahlung geklappt hat, ist hier erst bekannt, wenn sie wieder da ist. Nichts wird zweimal bezahlt.',
    again: 'Noch einmal reservieren',
    dismiss: 'Andere Nächte wählen',
    because: {
      expired: 'Was Sie eingegeben haben, bleibt.',
      released: 'Was Sie eingegeben haben, bleibt.',
      settling:
        'Die Nächte sind für andere wieder frei. Wir fragen die Bank weiter: Hat sie das Geld doch genommen und sind die Nächte noch frei, werden sie Ihre Buchung; sonst geht das Geld von selbst zurück.',
      gone: 'Sie endete, während die Verbindung weg war. Was Sie eingegeben haben, bleibt.',
      'gone-paying':
        'Sie endete, während die Verbindung weg war; was aus der Zahlung wurde, ist hier nicht bekannt. Hat sie geklappt, steht der Aufenthalt unter „Meine Aufenthalte“ oder kommt dorthin; gibt es keinen Aufenthalt dafür, geht das Geld von selbst zurück.',
    },
  },

  pay: {
    name: 'Name',
    email: 'E-Mail',
    payment: 'Zahlung',
    methods: {
      sandbox_ok: 'Karte, die funktioniert',
      sandbox_declined: 'Karte, die abgelehnt wird',
      sandbox_action_required: 'Karte, deren Bank nachfragt',
      sandbox_slow: 'Langsame Bank (5 Sekunden)',
      sandbox_late: 'Bank, die zu spät antwortet',
      sandbox_down: 'Bank, die ausgefallen ist',
    },
    sandbox:
      'Eine Sandbox: Es fließt kein Geld. Jede Wahl zeigt, was bei einer echten Zahlung geschehen kann.',
    confirm: (total) => `Verbindlich buchen und ${total} zahlen`,
    paying: 'Zahlung läuft …',
    declined: 'Die Zahlung wurde abgelehnt',
    declinedWayOut:
      'Es wurde nichts abgebucht, und die Nächte bleiben für die angezeigte Zeit Ihre. Wählen Sie eine andere Zahlungsart.',
    holdFirst: 'Reservieren Sie die Nächte noch einmal, um sie zu bezahlen.',
    offline: 'Ohne Verbindung lässt sich nicht bezahlen. Sie kommt von selbst wieder.',
  },

  bank: {
    heading: 'Ihre Bank fragt nach',
    question: (total, name) => `Geben Sie eine Zahlung von ${total} für ${name} frei?`,
    sandbox:
      'Das ist die Sandbox, hinter der Frage steht keine Bank: Die Freigabe bezahlt mit der Karte, die funktioniert.',
    left: 'Ihre Reservierung gilt noch',
    approve: 'Freigeben',
    refuse: 'Nicht bezahlen',
  },
};
