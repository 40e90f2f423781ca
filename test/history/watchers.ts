/**
 * Watches: each version in order, or an explicit resync (I4); and every delta, beacon and event of a guest's own
 * says what the facts say.
 *
 *   calendar ──> whole ──delta of the next version──> whole
 *                  │  jump, or a beacon that is newer
 *                  └──> behind ──calendar, in time──> whole
 */

import { bookingDiffers } from './answers.ts';
import { compareCalendar } from './calendars.ts';
import { stepAt } from './claims.ts';
import { changesNoNight, checkDelta } from './deltas.ts';
import type { Resumed } from './eras.ts';
import type { BookingEvent, Delta, HoldEvent, Resync } from './history.ts';
import { holdDiffers } from './wire.ts';
import type { World } from './world.ts';

interface Watch {
  readonly name: string;
  readonly apartmentId: string;
  known: number;
  /** Since when it knows that it is not whole. */
  behindSinceMs: number | undefined;
  /** Since when it is to be given a calendar of another history than the one that it knew. */
  readonly resumedMs: number | undefined;
}

/** @param resumed of the history before: of these nothing that was known counts any more */
export function checkWatchers(world: World, resumed: Resumed): void {
  const watches = new Map<string, Watch>();
  const watchOf = (
    { process, watch }: Pick<Resync, 'process' | 'watch'>,
    apartmentId: string,
    resumedMs?: number,
  ): Watch => {
    const name = `${process}#${watch}`;
    const key = `${name} ${apartmentId}`;
    const known = watches.get(key);
    if (known !== undefined) return known;
    const begun: Watch = { name, apartmentId, known: -1, behindSinceMs: undefined, resumedMs };
    watches.set(key, begun);
    return begun;
  };
  for (const event of resumed.watches) watchOf(event, event.apartmentId, resumed.sinceMs);
  for (const event of world.events) {
    switch (event.type) {
      case 'calendar':
        resync(world, watchOf(event, event.calendar.apartmentId), event);
        break;
      case 'availability':
        delta(world, watchOf(event, event.apartmentId), event);
        break;
      case 'unwatch': {
        const watch = watchOf(event, event.apartmentId);
        whole(world, watch, event.atMs);
        if (watch.known < 0) begun(world, watch, event.atMs);
        else informed(world, watch, event.atMs);
        // It may begin anew, once its apartment can be read again; meanwhile nobody owes it anything.
        watch.behindSinceMs = undefined;
        break;
      }
      case 'hold':
        holdEvent(world, event);
        break;
      case 'booking':
        bookingEvent(world, event);
    }
  }
}

function resync(world: World, watch: Watch, { calendar, atMs }: Resync): void {
  world.report.counts.resyncs += 1;
  if (calendar.version < watch.known) {
    says(
      world,
      watch,
      'watcher-went-back',
      `was told version ${calendar.version} after ${watch.known}`,
      calendar.version,
    );
  }
  whole(world, watch, atMs);
  watch.known = calendar.version;
  watch.behindSinceMs = undefined;
  compareCalendar(world, calendar, watch.name, { isWire: false });
}

function delta(world: World, watch: Watch, event: Delta): void {
  const { version, changes, atMs, applied } = event;
  if (changes.length === 0) world.report.counts.beacons += 1;
  checkDelta(world, event, watch.name);
  if (applied === true) {
    if (watch.known >= 0 && version <= watch.known)
      says(world, watch, 'watcher-went-back', `was told version ${version} after ${watch.known}`, version);
    else if (watch.known < 0 || version !== watch.known + 1)
      says(
        world,
        watch,
        'watcher-missed',
        `was told version ${version} as following ${watch.known}`,
        version,
      );
    watch.known = Math.max(watch.known, version);
    return;
  }
  if (watch.behindSinceMs !== undefined) return whole(world, watch, atMs);
  const { excuses } = world.report;
  if (excuses.for('heard-before', version <= watch.known)) return;
  if (excuses.for('before-first', watch.known < 0)) return;
  const isNext = version === watch.known + 1;
  if (isNext && (changes.length > 0 || changesNoNight(world, event))) watch.known = version;
  else watch.behindSinceMs = atMs;
}

/** A watch that has noticed that it is behind has been made whole in time. */
function whole(world: World, watch: Watch, atMs: number): void {
  const { behindSinceMs, apartmentId } = watch;
  if (behindSinceMs === undefined) return;
  if (atMs <= world.clocks.putOff(behindSinceMs, world.clocks.resyncMs, apartmentId)) return;
  watch.behindSinceMs = atMs;
  const afterMs = Math.round(atMs - behindSinceMs);
  says(
    world,
    watch,
    'watcher-missed',
    `had no resync ${afterMs} ms after it was behind ${watch.known}`,
    watch.known,
  );
}

/** A watch that was open when a history ended has a calendar of the next one: it is not told when that begins. */
function begun(world: World, watch: Watch, atMs: number): void {
  const { resumedMs, apartmentId } = watch;
  if (resumedMs === undefined || atMs <= world.clocks.putOff(resumedMs, world.clocks.watchLagMs, apartmentId))
    return;
  const afterMs = Math.round(atMs - resumedMs);
  says(world, watch, 'watcher-missed', `had no calendar ${afterMs} ms after its history had begun`, 0);
}

/** What anybody had been told long enough ago, this watch knows, or knows that it is behind. */
function informed(world: World, watch: Watch, atMs: number): void {
  if (watch.behindSinceMs !== undefined) return;
  const apartment = world.apartment(watch.apartmentId);
  const next = watch.known + 1;
  if (next > apartment.head) return;
  const knownMs = apartment.knownSinceMs(next);
  if (atMs <= world.clocks.putOff(knownMs, world.clocks.watchLagMs, apartment.id)) return;
  const agoMs = Math.round(atMs - knownMs);
  says(
    world,
    watch,
    'watcher-missed',
    `ended at ${watch.known}; ${next} had been told ${agoMs} ms before`,
    next,
  );
}

const STATUS_AFTER = {
  held: 'held',
  extended: 'held',
  confirming: 'confirming',
  declined: 'held',
  confirmed: 'confirmed',
  released: 'released',
  expired: 'expired',
} as const;

function holdEvent(world: World, { hold, process }: HoldEvent): void {
  const apartment = world.apartment(hold.apartmentId);
  const fact = apartment.entry(hold.version)?.fact;
  if (fact === undefined) return;
  world.report.counts.eventsCompared += 1;
  const claim = apartment.holds.get(hold.id);
  const isReplaced = fact.kind === 'held' && fact.replaces?.includes(hold.id) === true;
  const status = isReplaced
    ? 'released'
    : fact.kind in STATUS_AFTER && 'hold' in fact && fact.hold === hold.id
      ? STATUS_AFTER[fact.kind as keyof typeof STATUS_AFTER]
      : claim?.before?.untilVersion === hold.version
        ? hold.status
        : undefined;
  const why =
    claim === undefined || status === undefined
      ? `version ${hold.version} is no change of it`
      : holdDiffers(hold, claim, stepAt(claim.hold!, hold.version), status);
  if (why === undefined) return;
  world.report.add('event-mismatch', `${process} was told of hold ${hold.id} ${hold.status}, and ${why}`, {
    apartmentId: apartment.id,
    operations: [process],
    versions: [hold.version],
  });
}

function bookingEvent(world: World, { booking, process }: BookingEvent): void {
  const apartment = world.apartment(booking.apartmentId);
  const fact = apartment.entry(booking.version)?.fact;
  if (fact === undefined) return;
  world.report.counts.eventsCompared += 1;
  const claim = apartment.bookings.get(booking.id);
  // Of one that was taken along, also as it was once its refund had been given back.
  const status = fact.kind === 'settled' ? 'cancelled' : fact.kind;
  const isOfIt =
    claim !== undefined &&
    (status === 'confirmed' || status === 'cancelled') &&
    ('booking' in fact
      ? fact.booking === booking.id
      : claim.before !== undefined && 'key' in fact && fact.key === claim.booking!.key);
  const why = isOfIt
    ? bookingDiffers(booking, claim, status)?.[1]
    : `version ${booking.version} is no change of it`;
  if (why === undefined) return;
  world.report.add('event-mismatch', `${process} was told of booking ${booking.id}, and ${why}`, {
    apartmentId: apartment.id,
    operations: [process],
    versions: [booking.version],
  });
}

function says(
  world: World,
  { name, apartmentId }: Watch,
  rule: 'watcher-missed' | 'watcher-went-back',
  sentence: string,
  version: number,
): void {
  world.report.add(rule, `watch ${name} ${sentence}`, {
    apartmentId,
    operations: [name],
    versions: [version],
  });
}
