/**
 * From a committed change to the sockets that it concerns: watchers of the apartment, every socket of the guest,
 * admins on the feed. One room an emit (`a:<apartment>`, `g:<guest>`, `feed`), each message made once however
 * many get it, and nothing made for an empty room. Other servers get the same events for the same rooms.
 */
import type { Namespace } from 'socket.io';
import type { CommittedChange, NightChange } from '../../protocol/committed-change.ts';
import type { OccupancyCause, OccupancyChanged } from '../../protocol/events.ts';
import { instant } from '../../protocol/instant.ts';
import { dateOf } from '../../protocol/nights.ts';
import type { Booking, Range } from '../../protocol/resources.ts';
import type { Backplane } from './backplane.ts';
import { FeedGaps } from './feed-gaps.ts';
import { eventText, frameOf, holdText, type PacketHeads } from './packets.ts';
import type { Delta, Session } from './session.ts';
import { socketIdsIn } from './socket-io-internals.ts';

export const FEED = 'feed';
export function apartmentRoom(apartmentId: string): string {
  return `a:${apartmentId}`;
}
export function guestRoom(guestId: string): string {
  return `g:${guestId}`;
}

const UNKNOWN = -1;
/** From this many sockets on, one frame for all is cheaper than the text framed for each. */
const SHARED_FRAME_FROM = 3;

export interface Side {
  readonly namespace: Namespace;
  readonly heads: PacketHeads;
  readonly sessions: ReadonlyMap<string, Session>;
}

export class FanOut {
  readonly #guests: Side;
  readonly #admins: Side;
  readonly #backplane: Backplane | undefined;
  readonly #feedGaps = new FeedGaps();
  /** Apartments that somebody here watches: their newest version, for the beacons, UNKNOWN until one is heard of. */
  readonly versions = new Map<string, number>();

  /** @param backplane to other servers' sockets; undefined where there are none */
  constructor(guests: Side, admins: Side, backplane: Backplane | undefined) {
    this.#guests = guests;
    this.#admins = admins;
    this.#backplane = backplane;
    for (const side of [guests, admins])
      backplane?.listen(side.namespace, (room, event, payload) => this.#remote(side, room, event, payload));
    guests.namespace.adapter.on('delete-room', (room: string) => {
      if (room.startsWith('a:')) this.versions.delete(room.slice(2));
    });
  }

  committed(change: CommittedChange): void {
    this.#toWatchers(change);
    if (change.guestId !== undefined) this.#toGuest(change.guestId, change);
    this.#toAdmins(change);
    if (this.#backplane?.audience.hasOthers() === true) this.#toOthers(this.#backplane, change);
  }

  /** After its change, or later. */
  booked(guestId: string, booking: Booking): void {
    const room = socketIdsIn(this.#guests.namespace, guestRoom(guestId));
    if (room !== undefined) {
      const text = eventText(this.#guests.heads, 'booking', JSON.stringify({ booking }));
      this.#send(this.#guests, room, text);
    }
    const backplane = this.#backplane;
    if (backplane?.audience.hasOthers() === true)
      backplane.publish(this.#guests.namespace, guestRoom(guestId), 'booking', { booking });
  }

  /** Somebody has joined the room: from here on its changes are told. */
  watched(apartmentId: string): void {
    if (!this.versions.has(apartmentId)) this.versions.set(apartmentId, UNKNOWN);
  }

  /** A calendar was read for a watcher: the beacons start from it. */
  known(apartmentId: string, version: number): void {
    const newest = this.versions.get(apartmentId);
    if (newest !== undefined && version > newest) this.versions.set(apartmentId, version);
  }

  /** @param ownVersion what its owner says; undefined where that is not known, or nothing has changed there */
  beacon(apartmentId: string, ownVersion: number | undefined): void {
    const version = Math.max(this.versions.get(apartmentId) ?? UNKNOWN, ownVersion ?? UNKNOWN);
    const room = socketIdsIn(this.#guests.namespace, apartmentRoom(apartmentId));
    if (version === UNKNOWN || room === undefined) return;
    this.versions.set(apartmentId, version);
    const json = `{"apartmentId":"${apartmentId}","version":${version},"changes":[]}`;
    this.#deliver(this.#guests, room, apartmentId, eventText(this.#guests.heads, 'availability', json), true);
  }

  /** Admins on the feed. */
  get feeds(): number {
    return socketIdsIn(this.#admins.namespace, FEED)?.size ?? 0;
  }

  /** To every admin on the feed, made only where there is one. */
  toFeed(event: string, payload: () => unknown): void {
    const room = socketIdsIn(this.#admins.namespace, FEED);
    if (room === undefined) return;
    this.#send(this.#admins, room, eventText(this.#admins.heads, event, JSON.stringify(payload())));
  }

  #toWatchers({ apartmentId, version, changes }: CommittedChange): void {
    if (!this.versions.has(apartmentId)) return;
    const room = socketIdsIn(this.#guests.namespace, apartmentRoom(apartmentId));
    if (room === undefined) return;
    this.versions.set(apartmentId, version);
    const json = `{"apartmentId":"${apartmentId}","version":${version},"changes":${rangesText(changes)}}`;
    this.#deliver(
      this.#guests,
      room,
      apartmentId,
      eventText(this.#guests.heads, 'availability', json),
      false,
    );
  }

  #toGuest(guestId: string, { hold, replaced, adopted }: CommittedChange): void {
    const others = adopted?.holds ?? replaced;
    if (hold === undefined && others === undefined) return;
    const room = socketIdsIn(this.#guests.namespace, guestRoom(guestId));
    if (room === undefined) return;
    const { heads } = this.#guests;
    for (const other of others ?? []) {
      this.#send(this.#guests, room, eventText(heads, 'hold', JSON.stringify({ hold: other })));
    }
    if (hold !== undefined) this.#send(this.#guests, room, eventText(heads, 'hold', holdText({ hold })));
  }

  /** Here and on other servers. */
  #toAdmins(change: CommittedChange): void {
    const room = socketIdsIn(this.#admins.namespace, FEED);
    const backplane = this.#backplane?.audience.hasFeed() === true ? this.#backplane : undefined;
    if (room === undefined && backplane === undefined) return;
    const { apartmentId, version, cause } = change;
    if (cause === undefined) return this.#feedGaps.pass(apartmentId, version);
    const payload = occupancyOf(change, cause, this.#feedGaps.before(apartmentId, version));
    backplane?.publish(this.#admins.namespace, FEED, 'occupancy', payload);
    if (room === undefined) return;
    const text = eventText(this.#admins.heads, 'occupancy', JSON.stringify(payload));
    this.#deliver(this.#admins, room, apartmentId, text, false);
  }

  #toOthers(backplane: Backplane, change: CommittedChange): void {
    const { apartmentId, version, changes, guestId, hold, replaced = [], adopted } = change;
    const guests = this.#guests.namespace;
    if (backplane.audience.isWatched(apartmentId)) {
      const availability = { apartmentId, version, changes: changes.map(rangeOf) };
      backplane.publish(guests, apartmentRoom(apartmentId), 'availability', availability);
    }
    if (guestId !== undefined) {
      const room = guestRoom(guestId);
      for (const other of adopted?.holds ?? replaced)
        backplane.publish(guests, room, 'hold', { hold: other });
      if (hold !== undefined) backplane.publish(guests, room, 'hold', { hold });
    }
  }

  /** Another server has told one of its changes to a room of which some sockets are here. */
  #remote(side: Side, name: string, event: string, payload: unknown): void {
    const room = socketIdsIn(side.namespace, name);
    if (room === undefined) return;
    const text = eventText(side.heads, event, JSON.stringify(payload));
    if (event !== 'availability' && event !== 'occupancy') return this.#send(side, room, text);
    const { apartmentId, version } = payload as { apartmentId: string; version: number };
    // Also where a calendar that was read for somebody else has overtaken it: who has it already ignores it.
    if (event === 'availability') this.known(apartmentId, version);
    this.#deliver(side, room, apartmentId, text, false);
  }

  #deliver(side: Side, room: ReadonlySet<string>, apartmentId: string, text: string, beacon: boolean): void {
    const delta: Delta = { apartmentId, beacon, message: messageFor(room, text) };
    for (const id of room) side.sessions.get(id)?.deliver(delta);
  }

  #send(side: Side, room: ReadonlySet<string>, text: string): void {
    const message = messageFor(room, text);
    for (const id of room) side.sessions.get(id)?.link.send(message);
  }
}

function occupancyOf(
  { apartmentId, version, changes, atMs, guestId }: CommittedChange,
  cause: OccupancyCause,
  previousVersion: number | undefined,
): OccupancyChanged {
  return {
    ...{ apartmentId, version, changes: changes.map(rangeOf), cause, at: instant(atMs) },
    ...(previousVersion !== undefined && { previousVersion }),
    ...(guestId !== undefined && { guestId }),
  };
}

function messageFor(room: ReadonlySet<string>, text: string): string | Buffer {
  return room.size >= SHARED_FRAME_FROM ? frameOf(text) : text;
}

function rangeOf({ from, to, status, heldUntilMs }: NightChange): Range {
  const range: Range = { from: dateOf(from), to: dateOf(to), status };
  if (heldUntilMs !== undefined) range.heldUntil = instant(heldUntilMs);
  return range;
}

/** JSON of ranges whose parts need no escaping. */
function rangesText(changes: readonly NightChange[]): string {
  let text = '[';
  for (const { from, to, status, heldUntilMs } of changes) {
    if (text.length > 1) text += ',';
    text += `{"from":"${dateOf(from)}","to":"${dateOf(to)}","status":"${status}"`;
    text += heldUntilMs === undefined ? '}' : `,"heldUntil":"${instant(heldUntilMs)}"}`;
  }
  return `${text}]`;
}
