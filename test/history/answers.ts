/** Commands that were answered ok: in the journal (I2), as the answer says, at the price of the hold (I7). */
import { dateOf } from '../../src/protocol/nights.ts';
import { partyOf } from '../../src/protocol/party.ts';
import type { Block, Booking, Hold } from '../../src/protocol/resources.ts';
import { type Claim, stepAt } from './claims.ts';
import { personOf, type RecordedEntry } from './history.ts';
import type { Operation } from './operations.ts';
import type { Rule } from './report.ts';
import { holdDiffers, instantOf, isPriced } from './wire.ts';
import type { World } from './world.ts';

export function checkAnswers(world: World): void {
  for (const operation of world.operations.all) {
    const { asked, outcome, data } = operation;
    if (outcome !== 'ok' || data === undefined) continue;
    if (asked.command === 'calendar' || asked.command === 'mine') continue;
    const verdict = verdictOn(world, operation);
    if (verdict === undefined) {
      world.report.counts.answersMatched += 1;
      continue;
    }
    const [rule, sentence, version] = verdict;
    world.report.add(rule, `${asked.command} ${operation.name} was answered ok, ${sentence}`, {
      apartmentId: asked.args.apartmentId,
      operations: [operation.name],
      versions: [version],
    });
  }
}

type Verdict = readonly [rule: Rule, sentence: string, version: number];

function verdictOn(world: World, operation: Operation): Verdict | undefined {
  const { asked, data } = operation;
  if (data === undefined || asked.command === 'calendar' || asked.command === 'mine') return undefined;
  if ('hold' in data) return onHold(world, operation, data.hold);
  if ('booking' in data) {
    return asked.command === 'confirm'
      ? onConfirm(world, operation, data.booking)
      : onCancel(world, operation, data.booking);
  }
  return 'block' in data ? onBlock(world, operation, data.block) : undefined;
}

/** The fact that the answer is about, if the journal has it where the answer says and of this request. */
function factOf(world: World, { asked }: Operation, version: number): RecordedEntry | undefined {
  if (!('apartmentId' in asked.args)) return undefined;
  const entry = world.apartment(asked.args.apartmentId).entry(version);
  const isOurs =
    entry !== undefined &&
    personOf(world.run, entry.subjectId) === personOf(world.run, asked.subject) &&
    (asked.requestId ?? null) === entry.requestId;
  return isOurs ? entry : undefined;
}

function lost(world: World, operation: Operation, version: number): Verdict {
  const { asked } = operation;
  const rule = asked.command === 'confirm' ? 'acked-confirm-lost' : 'acked-lost';
  const apartment = 'apartmentId' in asked.args ? world.apartment(asked.args.apartmentId) : undefined;
  const effect = apartment?.causedBy(asked.subject, asked.requestId).at(-1);
  if (effect === undefined)
    return [rule, `as version ${version}, and the journal knows nothing of it`, version];
  const there = `the journal has its request as version ${effect.version} (${effect.fact.kind})`;
  return [
    asked.command === 'confirm' ? rule : 'answer-mismatch',
    `as version ${version}, and ${there}`,
    version,
  ];
}

function onHold(world: World, operation: Operation, hold: Hold): Verdict | undefined {
  const { asked } = operation;
  const { version } = hold;
  const fact = factOf(world, operation, version)?.fact;
  const kind = { hold: 'held', extend: 'extended', release: 'released' }[asked.command as 'hold'];
  if (fact?.kind !== kind || !('hold' in fact)) return lost(world, operation, version);
  const claim = world.apartment(hold.apartmentId).holds.get(fact.hold);
  if (claim === undefined)
    return ['answer-mismatch', `and hold ${fact.hold} is none of that apartment`, version];
  const differs =
    holdDiffers(hold, claim, stepAt(claim.hold!, version), kind === 'released' ? 'released' : 'held') ??
    (isAskedFor(operation, claim) ? undefined : 'that is not what was asked for');
  if (differs !== undefined) return ['answer-mismatch', `and ${differs}`, version];
  if (!isPriced(hold.quote, claim.hold!.price))
    return ['price-changed', `with a quote of ${hold.quote.totalMinor} that is not the hold's`, version];
  return undefined;
}

function isAskedFor({ asked }: Operation, claim: Claim): boolean {
  if (asked.command === 'hold') {
    const { checkIn, checkOut, ...party } = asked.args;
    const isStay = checkIn === dateOf(claim.from) && checkOut === dateOf(claim.to);
    return isStay && partyOf(party).guests === claim.hold!.guests;
  }
  return 'holdId' in asked.args && asked.args.holdId === claim.id;
}

function onConfirm(world: World, operation: Operation, answer: Booking): Verdict | undefined {
  const { asked } = operation;
  const apartment = world.apartment(answer.apartmentId);
  const { version } = answer;
  const entry = apartment.entry(version);
  const booking = apartment.bookings.get(answer.id);
  if (entry?.fact.kind !== 'confirmed' || booking?.bornVersion !== version)
    return lost(world, operation, version);
  const payment = apartment.payments.get(booking.booking!.key);
  const { subjectId = null, requestId } = payment?.confirming ?? {};
  const isOurs = personOf(world.run, subjectId) === personOf(world.run, asked.subject);
  if (!isOurs || (asked.requestId ?? null) !== requestId) return lost(world, operation, version);
  if (asked.command === 'confirm' && asked.args.holdId !== booking.booking!.holdId)
    return ['answer-mismatch', `and booking ${answer.id} is of another hold`, version];
  return onBooking(answer, booking, 'confirmed');
}

function onCancel(world: World, operation: Operation, answer: Booking): Verdict | undefined {
  const { asked } = operation;
  const { version } = answer;
  const fact = factOf(world, operation, version)?.fact;
  if (fact?.kind !== 'cancelled') return lost(world, operation, version);
  const booking = world.apartment(answer.apartmentId).bookings.get(fact.booking);
  if (booking === undefined || (asked.command === 'cancel' && asked.args.bookingId !== fact.booking))
    return ['answer-mismatch', `and version ${version} cancels ${fact.booking}`, version];
  return onBooking(answer, booking, 'cancelled');
}

export function bookingDiffers(
  view: Booking,
  booking: Claim,
  status: Booking['status'],
): readonly [rule: 'answer-mismatch' | 'price-changed', why: string] | undefined {
  const { price, guests, createdAtMs, cancelled } = booking.booking!;
  if (!isPriced(view.price, price))
    return ['price-changed', `at ${view.price.totalMinor}, which is not the price of the hold`];
  const [checkIn, checkOut] = [dateOf(booking.from), dateOf(booking.to)];
  if (view.id !== booking.id) return ['answer-mismatch', `and it is booking ${booking.id}`];
  if (view.checkIn !== checkIn || view.checkOut !== checkOut)
    return ['answer-mismatch', `and its nights are ${checkIn} to ${checkOut}`];
  if (view.guests !== guests) return ['answer-mismatch', `and it is for ${guests}`];
  if (view.status !== status) return ['answer-mismatch', `and it is ${status}`];
  if (view.createdAt !== instantOf(createdAtMs))
    return ['answer-mismatch', `and it is of ${instantOf(createdAtMs)}`];
  if (status === 'confirmed') return undefined;
  if (view.refund?.amountMinor !== cancelled?.refundMinor)
    return ['answer-mismatch', `and its refund is ${cancelled?.refundMinor}`];
  return undefined;
}

function onBooking(view: Booking, booking: Claim, status: Booking['status']): Verdict | undefined {
  const differs = bookingDiffers(view, booking, status);
  return differs && [...differs, view.version];
}

function onBlock(world: World, operation: Operation, answer: Block): Verdict | undefined {
  const { asked } = operation;
  const { version } = answer;
  const fact = factOf(world, operation, version)?.fact;
  if (fact?.kind !== (asked.command === 'block' ? 'blocked' : 'unblocked') || !('block' in fact))
    return lost(world, operation, version);
  const block = world.apartment(answer.apartmentId).blocks.get(fact.block);
  const isSame =
    block?.id === answer.id && dateOf(block.from) === answer.from && dateOf(block.to) === answer.to;
  const isAsked =
    asked.command === 'block'
      ? asked.args.from === answer.from && asked.args.to === answer.to
      : asked.command === 'unblock' && asked.args.blockId === answer.id;
  return isSame && isAsked
    ? undefined
    : ['answer-mismatch', `and version ${version} says otherwise`, version];
}
