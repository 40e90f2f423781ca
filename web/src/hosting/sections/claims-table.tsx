/** What stands in one month: bookings with their guests, holds, closed nights, as they change. */
import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { ClaimView, ManagedApartment } from '../../../../src/client/index.ts';
import type { ErrorBody } from '../../../../src/protocol/errors.ts';
import { dateOf, nightOf } from '../../../../src/protocol/nights.ts';
import type { Block } from '../../../../src/protocol/resources.ts';
import {
  datesText,
  guestsText,
  money,
  monthName,
  nightsText,
  plusDays,
  stayText,
  timeText,
} from '../../format.ts';
import { client, useOffline } from '../../shared/live/client.ts';
import { Refusal } from '../../shared/refusal.tsx';
import { t } from '../../texts/index.ts';
import { isolated } from '../../texts/isolated.ts';
import { useClaims, useNextStay } from './use-claims.ts';

export function ClaimsTable({
  apartment,
  today,
  onOpened,
}: {
  apartment: ManagedApartment;
  today: number;
  onOpened: (block: Block) => void;
}) {
  const [chosen, setMonth] = useState<string>();
  const next = useNextStay(apartment.id, dateOf(today), apartment.terms.horizonNights);
  // On the month of the next stay, as soon as that is known: an empty one tells nobody anything.
  const month = chosen ?? (next ?? dateOf(today)).slice(0, 7);
  const from = `${month}-01`;
  const to = monthAfter(month, 1);
  const claims = useClaims(apartment.id, from, to);
  const [error, setError] = useState<ErrorBody>();
  const offline = useOffline();
  const says = t.hosting.calendar;
  const open = async (claim: ClaimView) => {
    setError(undefined);
    const outcome = await client.management.unblock({ apartmentId: apartment.id, blockId: claim.id });
    if (outcome.ok) onOpened(outcome.data.block);
    else setError(outcome.error);
  };
  return (
    <section className="panel" aria-labelledby="claims">
      <header className="claims-header">
        <h2 id="claims">{says.title}</h2>
        <div className="claims-month">
          <Button
            className="quiet small"
            aria-label={says.earlier}
            onPress={() => setMonth(monthAfter(month, -1).slice(0, 7))}
          >
            ‹
          </Button>
          <strong aria-live="polite">{monthName(month)}</strong>
          <Button className="quiet small" aria-label={says.later} onPress={() => setMonth(to.slice(0, 7))}>
            ›
          </Button>
        </div>
      </header>
      {error !== undefined && <Refusal error={error} />}
      {claims === undefined ? (
        <p role="status">{t.common.loading}</p>
      ) : !claims.ok ? (
        <Refusal error={claims.error} />
      ) : claims.data.length === 0 ? (
        <p className="muted">{says.none}</p>
      ) : (
        <div className="table-scroll">
          <table className="listing-table">
            <thead>
              <tr>
                <th scope="col">{says.when}</th>
                <th scope="col">{says.what}</th>
                <th scope="col">{says.who}</th>
                <th scope="col">{says.amount}</th>
                <th scope="col">
                  <span className="unseen">{says.actions}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {claims.data.map((claim) => (
                <tr key={claim.id} data-kind={claim.kind}>
                  <th scope="row">
                    {datesText(claim.from, claim.to)}{' '}
                    <span className="muted">{nightsText(nightOf(claim.to) - nightOf(claim.from))}</span>
                  </th>
                  <td data-label={says.what}>
                    <span className="claim-kind">{says.kinds[claim.kind]}</span>
                  </td>
                  <td className="claim-who" data-label={says.who}>
                    {whoText(claim)}
                  </td>
                  <td data-label={says.amount}>
                    {claim.totalMinor !== undefined &&
                      money(claim.totalMinor, claim.currency ?? apartment.terms.currency)}
                  </td>
                  <td>
                    {claim.kind === 'block' && (
                      <Button
                        className="quiet small"
                        isDisabled={offline}
                        aria-label={says.openOf(stayText(claim.from, claim.to))}
                        onPress={() => void open(claim)}
                      >
                        {says.open}
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function whoText({ kind, guestName, guests, reason, status, until }: ClaimView): string {
  const says = t.hosting.calendar;
  const party = guests === undefined ? '' : guestsText(guests);
  switch (kind) {
    case 'booking':
      return [guestName === undefined ? '' : isolated(guestName), party].filter(Boolean).join(' · ');
    case 'block':
      return reason === undefined ? says.noReason : isolated(reason);
    case 'hold':
      return [
        party,
        status === 'confirming' ? says.paying : until === undefined ? '' : says.heldUntil(timeText(until)),
      ]
        .filter(Boolean)
        .join(' · ');
  }
}

/** The first day of the month so many months on. */
function monthAfter(month: string, months: 1 | -1): string {
  // 31 days on, and one back, lie in the neighbouring month.
  return `${plusDays(`${month}-01`, months === 1 ? 31 : -1).slice(0, 7)}-01`;
}
