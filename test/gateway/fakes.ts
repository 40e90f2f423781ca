/** A small world in memory behind GatewayParts: enough to speak to, with switches for what can go wrong. */

import type { Log, LogFields } from '../../src/gateway/log.ts';
import type { GatewayParts } from '../../src/gateway/ports.ts';
import type { ApartmentAnswer, ApartmentCommand } from '../../src/protocol/apartment-command.ts';
import type { CommittedChange, NightChange } from '../../src/protocol/committed-change.ts';
import { type Outcome, refuse } from '../../src/protocol/errors.ts';
import { instant } from '../../src/protocol/instant.ts';
import type { ManagedApartment } from '../../src/protocol/managed-apartments.ts';
import { dateOf, type NightRange, nightOf } from '../../src/protocol/nights.ts';
import type { Booking, Calendar, Hold, Session, Subject } from '../../src/protocol/resources.ts';
import type { Apartment } from '../../src/protocol/terms.ts';
import { inClear } from '../support/in-clear.ts';
import { openTerms } from '../support/terms.ts';

export interface World {
  readonly parts: GatewayParts;
  readonly commands: { subject: Subject; command: ApartmentCommand }[];
  readonly log: Log & { lines: LogFields[] };
  /** A token for anybody, valid until `expiresAtMs`. */
  token(kind: Subject['kind'], id?: string, expiresAtMs?: number): string;
  revoke(sessionId: string): void;
  /** A spent refresh token of this subject has come back. */
  replay(subjectId: string): void;
  change(change: Partial<CommittedChange> & { apartmentId: string }): CommittedChange;
  /** A change elsewhere, of which the news was lost. */
  changeUnheard(apartmentId: string): void;
  /** Who was refused by an apartment here, asked by way of another server. */
  refuseAccess(subjectId: string, command: string): void;
  /** Changes of other servers' apartments may have been told to nobody here. */
  missed(): void;
  /** Replaces the way an apartment answers. */
  answer: (
    subject: Subject,
    command: ApartmentCommand,
    reply: (outcome: Outcome<ApartmentAnswer>) => void,
  ) => void;
  calendarOf: (apartmentId: string, window: NightRange) => Promise<Outcome<Calendar>>;
  mineOf: (subject: Subject) => Promise<{ holds: Hold[]; bookings: Booking[] }>;
  /** What a fault means where it is no defect. */
  explain: GatewayParts['explain'];
  notReady: string[];
  nowMs: number;
  readonly statsAsked: { count: number };
}

export const APARTMENTS = ['apt-1', 'apt-2', 'apt-3'];
export const HOST = 'host-1';
const NOW_MS = Date.UTC(2026, 9, 1, 12);

export function createWorld(): World {
  const versions = new Map(APARTMENTS.map((id) => [id, 0]));
  const tokens = new Map<string, { subject: Subject; sessionId: string; expiresAtMs: number }>();
  const bookings = new Map<string, { guestId: string; booking: Booking }>();
  const changeListeners = new Set<(change: CommittedChange) => void>();
  const missedListeners = new Set<() => void>();
  const revokedListeners = new Set<(sessionId: string) => void>();
  const lines: LogFields[] = [];
  let count = 0;

  const push = (level: string) => (fields: LogFields) => void lines.push({ ...fields, level });
  const world: World = {
    commands: [],
    statsAsked: { count: 0 },
    explain: () => undefined,
    notReady: [],
    nowMs: NOW_MS,
    log: {
      lines,
      isLevelEnabled: (level) => level !== 'trace',
      debug: push('debug'),
      info: push('info'),
      warn: push('warn'),
      error: push('error'),
    },
    token(kind, id = `${kind}-1`, expiresAtMs = NOW_MS + 900_000) {
      count += 1;
      const token = `token-${count}`;
      tokens.set(token, { subject: { id, kind }, sessionId: `session-${count}`, expiresAtMs });
      return token;
    },
    replay() {},
    refuseAccess() {},
    revoke(sessionId) {
      for (const [token, known] of tokens) if (known.sessionId === sessionId) tokens.delete(token);
      for (const listener of revokedListeners) listener(sessionId);
    },
    change(given) {
      const version = given.version ?? (versions.get(given.apartmentId) ?? 0) + 1;
      versions.set(given.apartmentId, version);
      const change: CommittedChange = {
        version,
        cause: 'held',
        changes: [],
        atMs: world.nowMs,
        guestId: undefined,
        hold: undefined,
        booking: undefined,
        ...given,
      };
      for (const listener of changeListeners) listener(change);
      return change;
    },
    missed() {
      for (const listener of missedListeners) listener();
    },
    changeUnheard(apartmentId) {
      versions.set(apartmentId, (versions.get(apartmentId) ?? 0) + 1);
    },
    async calendarOf(apartmentId, window) {
      const version = versions.get(apartmentId);
      if (version === undefined) return refuse('not_found', `there is no apartment ${apartmentId}`);
      return {
        ok: true,
        data: { apartmentId, version, from: dateOf(window.from), to: dateOf(window.to), taken: [] },
      };
    },
    mineOf: async () => ({ holds: [], bookings: [] }),
    answer(subject, command, reply) {
      if (!versions.has(command.apartmentId)) {
        reply(refuse('not_found', `there is no apartment ${command.apartmentId}`));
        return;
      }
      switch (command.kind) {
        case 'hold': {
          const nights: NightChange = { ...command.stay, status: 'held', heldUntilMs: world.nowMs + 600_000 };
          const version = (versions.get(command.apartmentId) ?? 0) + 1;
          const hold = holdOf(command, version, world.nowMs);
          reply({ ok: true, data: { hold } });
          world.change({ apartmentId: command.apartmentId, changes: [nights], guestId: subject.id, hold });
          return;
        }
        case 'extend':
        case 'release': {
          if (command.holdId !== 'hold-1') {
            reply(refuse('not_found', `there is no hold ${command.holdId} of yours`));
            return;
          }
          reply({ ok: true, data: { hold: holdOf(undefined, 2, world.nowMs) } });
          return;
        }
        case 'confirm': {
          const booking = bookingOf('booking-1', command.apartmentId, world.nowMs);
          bookings.set(booking.id, { guestId: subject.id, booking });
          reply({ ok: true, data: { booking } });
          return;
        }
        case 'cancel': {
          const known = bookings.get(command.bookingId);
          if (known === undefined) reply(refuse('not_found', `there is no booking ${command.bookingId}`));
          else reply({ ok: true, data: { booking: { ...known.booking, status: 'cancelled' } } });
          return;
        }
        case 'block': {
          const { from, to } = command.range;
          reply({
            ok: true,
            data: {
              block: {
                id: 'block-1',
                apartmentId: command.apartmentId,
                from: dateOf(from),
                to: dateOf(to),
                version: 3,
              },
            },
          });
          return;
        }
        case 'unblock':
          if (command.blockId === 'block-1') {
            reply({
              ok: true,
              data: {
                block: {
                  id: 'block-1',
                  apartmentId: command.apartmentId,
                  from: dateOf(0),
                  to: dateOf(1),
                  version: 4,
                },
              },
            });
          } else reply(refuse('not_found', `there is no block ${command.blockId}`));
          return;
        default:
          reply(refuse('invalid_request', `${command.kind} is not played here`));
      }
    },
    parts: {
      apartments: {
        ask(subject, command, reply) {
          world.commands.push({ subject, command });
          world.answer(subject, command, (outcome) => reply(outcome as Outcome<ApartmentAnswer<Booking>>));
        },
        calendar: (_subject, apartmentId, window) => world.calendarOf(apartmentId, window),
        async claims(subject, apartmentId, window) {
          const calendar = await world.calendarOf(apartmentId, window);
          if (!calendar.ok) return calendar;
          const guestId = subject.kind === 'admin' ? { guestId: 'ana' } : {};
          const nights = { from: calendar.data.from, to: calendar.data.to };
          const claim = { kind: 'hold', id: 'hold-1', status: 'held', since: instant(world.nowMs) } as const;
          return {
            ok: true,
            data: { version: calendar.data.version, claims: [{ ...claim, ...nights, ...guestId }] },
          };
        },
        versions: async () => versions,
        onOwnersChanged: () => () => {},
        onAccessRefused(listener) {
          world.refuseAccess = listener;
        },
        onMissed(listener) {
          missedListeners.add(listener);
          return () => missedListeners.delete(listener);
        },
        async occupancy({ from, to, city }) {
          const window = { from: nightOf(from), to: nightOf(to) };
          if (city === 'Atlantis') return refuse('not_found', 'there is no city Atlantis');
          const ids = [...versions.keys()];
          const calendars = await Promise.all(ids.map((id) => world.calendarOf(id, window)));
          return {
            ok: true,
            data: {
              apartments: ids.map((id) => ({ id, name: id, city: city ?? 'Lisbon' })),
              calendars: calendars.flatMap((outcome) => (outcome.ok ? [outcome.data] : [])),
              totals: { apartments: ids.length, nights: 1, held: 0, booked: 0, blocked: 0 },
            },
          };
        },
        async history(subject, apartmentId, { at, version = 1, after = 0 }) {
          const calendar = await world.calendarOf(apartmentId, { from: 20_000, to: 20_010 });
          if (!calendar.ok) return calendar;
          const fact = {
            version: after + 1,
            kind: 'held',
            at: instant(at === undefined ? world.nowMs : Date.parse(at)),
            fact: {},
          };
          const facts = [{ ...fact, ...(subject.kind === 'admin' && { subjectId: 'ana' }) }];
          return { ok: true, data: { latestVersion: version, calendar: calendar.data, facts } };
        },
        subscribe(listener) {
          changeListeners.add(listener);
          return () => changeListeners.delete(listener);
        },
        onBooking(listener) {
          const heard = ({ guestId, booking }: CommittedChange) => {
            if (guestId !== undefined && booking !== undefined) listener(guestId, inClear(booking));
          };
          changeListeners.add(heard);
          return () => changeListeners.delete(heard);
        },
      },
      bookings: {
        mine: (subject) => world.mineOf(subject),
        list: async (subject, { limit }) =>
          [...bookings.values()]
            .filter(({ guestId }) => subject.kind === 'admin' || guestId === subject.id)
            .slice(0, limit)
            .map(({ booking }) => booking),
        async get(subject, bookingId) {
          const known = bookings.get(bookingId);
          const mayRead = known !== undefined && (subject.kind === 'admin' || known.guestId === subject.id);
          return mayRead
            ? { ok: true, data: known.booking }
            : refuse('not_found', `there is no booking ${bookingId}`);
        },
      },
      management: {
        create: async (subject, requestId, { hostId, ...wanted }) => ({
          ok: true,
          data: managedOf({ ...wanted, id: `apt-${requestId.slice(0, 8)}` }, hostId ?? subject.id),
        }),
        change: async (_subject, { apartmentId, revision, change }) =>
          revision !== undefined && revision !== '7'
            ? refuse('revision_conflict', `apartment ${apartmentId} is at revision 7`)
            : { ok: true, data: managedOf({ ...apartmentOf(apartmentId), name: change.name ?? '' }) },
        retire: async (_subject, { apartmentId }) => ({
          ok: true,
          data: managedOf({ ...apartmentOf(apartmentId), status: 'retired' }),
        }),
        get: async (id) => ({ ok: true, data: managedOf(apartmentOf(id)) }),
        figures: async ({ from, to }) => {
          const none = {
            ...{ nightsAvailable: 0, nightsBooked: 0, nightsBlocked: 0, occupancy: null, money: [] },
            ...{ holdsPlaced: 0, holdsReplaced: 0, holdsReleased: 0, holdsExpired: 0 },
            ...{ bookingsMade: 0, bookingsCancelled: 0, conversion: null, cancellationRate: null },
          };
          return { at: instant(world.nowMs), from: dateOf(from), to: dateOf(to), days: [], totals: none };
        },
        list: async (_subject, { limit }) => ({
          apartments: [...versions.keys()].slice(0, limit).map((id) => managedOf(apartmentOf(id))),
          count: versions.size,
          nextCursor: 'apt-9',
        }),
        bookings: async (apartmentId) => ({ bookings: [bookingOf('booking-1', apartmentId, world.nowMs)] }),
      },
      listings: {
        search: (query) =>
          query.city === 'Atlantis'
            ? refuse('rule_violation', 'Atlantis is under water')
            : { ok: true, data: { apartments: [], nextCursor: JSON.stringify(query) } },
        cities: () => ({
          ok: true,
          data: { cities: [{ name: 'Lisbon', apartments: versions.size, currencies: ['EUR'] }] },
        }),
        isPublic: (id) => versions.has(id),
        get: async (_subject, id) =>
          versions.has(id)
            ? { ok: true, data: apartmentOf(id) }
            : refuse('not_found', `there is no apartment ${id}`),
        mayManage: async (subject, id) =>
          versions.has(id) && (subject.kind === 'admin' || (subject.id === HOST && id === 'apt-1')),
      },
      accounts: {
        signUp: async ({ email }) =>
          email.includes('@')
            ? { ok: true, data: sessionOf(world, 'guest', `acc-${email.length}`) }
            : refuse('invalid_request', `${email} is no e-mail address`, {
                fields: [{ path: 'email', message: 'no' }],
              }),
        signIn: async ({ password }) =>
          password === 'correct horse'
            ? { ok: true, data: sessionOf(world, 'guest', 'acc-1') }
            : refuse('unauthenticated', 'the e-mail address or the password is wrong'),
        deviceToken: (email) => `device.of.${email.replace('@', '.')}`,
        deviceOf: (email, tokens) => tokens.find((token) => token === `device.of.${email.replace('@', '.')}`),
        anonymous: async () => sessionOf(world, 'guest', `anon-${count}`),
        refresh: async (token) =>
          token === 'refresh-1'
            ? { ok: true, data: sessionOf(world, 'guest', 'acc-1') }
            : refuse('unauthenticated', 'the refresh token is unknown'),
        onReplayed(listener) {
          world.replay = listener;
        },
        signOut: async (sessionId) => world.revoke(sessionId),
        async verify(token) {
          const known = tokens.get(token);
          return known !== undefined && known.expiresAtMs > world.nowMs ? known : undefined;
        },
        onRevoked(listener) {
          revokedListeners.add(listener);
          return () => revokedListeners.delete(listener);
        },
      },
      explain: (fault) => world.explain(fault),
      operations: {
        stats: () => {
          world.statsAsked.count += 1;
          return {
            at: instant(world.nowMs),
            holdsOpen: 0,
            bookingsToday: 0,
            commandsPerSecond: 0,
            commitMsP50: 0,
            commitMsP99: 0,
            sockets: 1,
            nodes: [],
          };
        },
        historyId: () => 'history_1',
        notReady: () => world.notReady,
        nowMs: () => world.nowMs,
      },
    },
  };
  return world;
}

function sessionOf(world: World, kind: Subject['kind'], id: string): Session {
  const accessToken = world.token(kind, id);
  return { accessToken, expiresInSeconds: 900, refreshToken: 'refresh-1', subject: { id, kind } };
}

const QUOTE: Hold['quote'] = {
  currency: 'EUR',
  totalMinor: 53_000,
  lines: [
    { kind: 'nights', label: '4 nights', amountMinor: 45_000 },
    { kind: 'cleaning', label: 'Cleaning fee', amountMinor: 5_000 },
    { kind: 'tax', label: 'Tax 6 %', amountMinor: 3_000 },
  ],
};

export function holdOf(
  command: Extract<ApartmentCommand, { kind: 'hold' }> | undefined,
  version: number,
  nowMs: number,
): Hold {
  return {
    id: 'hold-1',
    apartmentId: command?.apartmentId ?? 'apt-1',
    checkIn: command === undefined ? '2026-11-03' : dateOf(command.stay.from),
    checkOut: command === undefined ? '2026-11-07' : dateOf(command.stay.to),
    guests: command?.guests ?? 1,
    status: 'held',
    expiresAt: instant(nowMs + 600_000),
    extendable: true,
    quote: QUOTE,
    version,
  };
}

export function bookingOf(id: string, apartmentId: string, nowMs: number): Booking {
  return {
    id,
    apartmentId,
    checkIn: '2026-11-03',
    checkOut: '2026-11-07',
    guests: 2,
    status: 'confirmed',
    price: QUOTE,
    policy: 'flexible',
    guest: { name: 'Ana Müller', email: 'ana@example.com' },
    createdAt: instant(nowMs),
    version: 3,
  };
}

function managedOf(apartment: Apartment, hostId = HOST): ManagedApartment {
  const at = instant(NOW_MS);
  return { ...apartment, revision: '7', hostId, createdAt: at, updatedAt: at };
}

function apartmentOf(id: string): Apartment {
  return {
    id,
    name: 'Rooftop in Alfama',
    description: 'Light.',
    city: 'Lisbon',
    country: 'Portugal',
    latitude: 38.7,
    longitude: -9.1,
    amenities: ['wifi'],
    status: 'listed',
    terms: openTerms(),
  };
}
