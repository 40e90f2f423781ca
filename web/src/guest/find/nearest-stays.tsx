/** Where the wanted nights were taken: the nearest free dates of the same length, one click away, live themselves. */
import type { ApartmentCard } from '../../../../src/client/index.ts';
import { dateOf, type NightRange, nightOf } from '../../../../src/protocol/nights.ts';
import type { Terms } from '../../../../src/protocol/terms.ts';
import { briefDatesText, datesText, todayIn } from '../../format.ts';
import { addressOf, Link } from '../../router.tsx';
import { useApartment } from '../../shared/live/apartments.ts';
import { useCalendar } from '../../shared/live/calendars.ts';
import { client } from '../../shared/live/client.ts';
import { t } from '../../texts/index.ts';
import { isolated } from '../../texts/isolated.ts';
import { nearestStays, reachOf } from './nearest.ts';

/** A card has room for so many. */
const SHOWN_MAX = 2;

interface Taken {
  readonly card: ApartmentCard;
  readonly stay: NightRange;
  readonly guests: number;
}

/** The rules and the months around are asked for here, for the few that are taken, and not for every card. */
export function NearestStays(taken: Taken) {
  const details = useApartment(taken.card.id);
  if (details === undefined) return <p className="nearest muted small">{t.find.nearestLoading}</p>;
  return details.ok ? <Nearest {...taken} terms={details.data.terms} /> : null;
}

function Nearest({ card, stay, guests, terms }: Taken & { terms: Terms }) {
  const today = nightOf(todayIn(terms.timeZone, client.clock.nowMs()));
  const reach = reachOf(stay, terms, today);
  const { calendar } = useCalendar(card.id, dateOf(reach.from), dateOf(reach.to));
  const says = t.find;
  if (calendar === undefined) return <p className="nearest muted small">{says.nearestLoading}</p>;
  const stays = nearestStays(calendar, { stay, guests, terms, today }, SHOWN_MAX);
  if (stays.length === 0) return <p className="nearest muted small">{says.noNearest}</p>;
  return (
    <div className="nearest">
      <span className="small">{t.refusal.freeInstead}</span>
      <ul>
        {stays.map(({ from, to }) => {
          const [checkIn, checkOut] = [dateOf(from), dateOf(to)];
          // Briefly to the eye, so that two of them leave what happened to the card in view.
          const text = briefDatesText(checkIn, checkOut);
          return (
            <li key={checkIn}>
              <Link
                href={addressOf(`/apartments/${card.id}`, { checkIn, checkOut, guests })}
                aria-label={says.instead(datesText(checkIn, checkOut), isolated(card.name))}
                data-check-in={checkIn}
              >
                {text}
              </Link>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
