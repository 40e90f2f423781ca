/** The claims of an apartment, completed with what the tables know of its bookings and blocks. */
import type { Pool } from 'pg';
import { versionInId } from '../../actors/calendar/claim-id.ts';
import { bookedClaims, instantsOf } from '../../persistence/statements/claims.ts';
import type { ClaimsAnswer, ClaimView, StandingClaim, StandingClaims } from '../../protocol/claims.ts';
import { instant } from '../../protocol/instant.ts';
import { keptGuest } from '../../protocol/kept-contact.ts';
import { totalMinor } from '../../protocol/price.ts';
import type { Subject } from '../../protocol/resources.ts';
import type { Contacts } from '../contacts/index.ts';

/** @param subject its host, who is not told which guest is behind an id, or an admin */
export async function completeClaims(
  { pool, contacts }: { readonly pool: Pool; readonly contacts: Contacts },
  subject: Subject,
  apartmentId: string,
  { version, claims }: StandingClaims,
): Promise<ClaimsAnswer> {
  const idsOf = (kind: ClaimView['kind']) =>
    claims.filter((claim) => claim.kind === kind).map(({ id }) => id);
  const blockVersions = idsOf('block').map(bornVersion);
  const [booked, blockedAtMs] = await Promise.all([
    bookedClaims(pool, apartmentId, idsOf('booking')),
    instantsOf(pool, apartmentId, blockVersions),
  ]);
  const guests = await contacts.open(
    booked.map(({ contact, guestId, holdId }) => ({
      apartmentId,
      guest: keptGuest(contact, guestId, holdId),
    })),
  );
  const bookings = new Map(
    booked.map((booking, i) => [booking.id, { ...booking, guestName: guests[i]!.name }]),
  );

  const complete = (claim: StandingClaim): ClaimView => {
    const { guestId, ...rest } = claim;
    const shown = { ...rest, ...(subject.kind === 'admin' && guestId !== undefined && { guestId }) };
    if (claim.kind === 'hold') return { ...shown, since: known(claim.since, claim) };
    if (claim.kind === 'block') {
      return { ...shown, since: instant(known(blockedAtMs.get(bornVersion(claim.id)), claim)) };
    }
    const { guestName, guests, price, createdAtMs } = known(bookings.get(claim.id), claim);
    const { currency } = price;
    const since = instant(createdAtMs);
    return { ...shown, since, guestName, guests, totalMinor: totalMinor(price), currency };
  };
  return { version, claims: claims.map(complete) };
}

/** What a committed claim rests on is committed with it. */
function known<T>(found: T | undefined, { kind, id }: StandingClaim): T {
  if (found === undefined) throw new Error(`${kind} ${id} stands in the calendar and not in the tables`);
  return found;
}

function bornVersion(id: string): number {
  const version = versionInId(id);
  if (version === undefined) throw new Error(`${id} does not say at which version it was born`);
  return version;
}
