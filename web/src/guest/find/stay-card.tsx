/** One apartment that was found: what the stay costs there, and what becomes of its nights while one looks. */
import { useEffect, useRef } from 'react';
import type { ApartmentCard, CalendarModel } from '../../../../src/client/index.ts';
import { nightOf } from '../../../../src/protocol/nights.ts';
import { hourText, money, nightsText } from '../../format.ts';
import { addressOf, Link } from '../../router.tsx';
import { announce } from '../../shared/live/announce.ts';
import { t } from '../../texts/index.ts';
import { isolated } from '../../texts/isolated.ts';
import { Facade } from '../stay/facade.tsx';
import type { Ownings } from '../stay/selection.ts';
import { NearestStays } from './nearest-stays.tsx';
import { type NightsState, nightsState } from './nights-state.ts';
import type { Wanted } from './wanted.ts';

export function StayCard({
  card,
  wanted,
  calendar,
  own,
  isLive,
}: {
  card: ApartmentCard;
  wanted: Wanted;
  /** Of the wanted nights, live; undefined until it is known. */
  calendar: CalendarModel | undefined;
  own: Ownings;
  /** The server is heard: without it what the card says is what was true last. */
  isLive: boolean;
}) {
  const { checkIn, checkOut, guests } = wanted;
  const nights = { from: nightOf(checkIn), to: nightOf(checkOut) };
  const state = nightsState(calendar, nights, own);
  const isTaken = state.kind !== 'free' && state.kind !== 'mine' && state.kind !== 'my-booking';
  const wasTaken = useRef(false);
  if (isTaken) wasTaken.current = true;
  const stamp = stampOf(state, wasTaken.current);
  useChangeSaid(card.name, stamp, isLive);
  const says = t.find;
  const titleId = `card-${card.id}`;
  return (
    <article
      className="card"
      aria-labelledby={titleId}
      data-taken={isTaken}
      data-nights={state.kind === 'free' && wasTaken.current ? 'again' : state.kind}
      data-live={isLive}
      data-apartment={card.id}
    >
      <Facade apartmentId={card.id} />
      {(!isLive || stamp !== undefined) && <p className="stamp">{isLive ? stamp : says.states.notLive}</p>}
      <div className="card-body">
        <h2 id={titleId}>
          <Link href={addressOf(`/apartments/${card.id}`, { checkIn, checkOut, guests })}>
            <bdi>{card.name}</bdi>
          </Link>
        </h2>
        <p className="muted">
          {says.place(isolated(card.city), isolated(card.country))} · {says.sleeps(card.capacity)}
        </p>
        <Price card={card} nights={nights.to - nights.from} />
      </div>
      {isTaken && isLive && <NearestStays card={card} stay={nights} guests={guests} />}
    </article>
  );
}

function Price({ card, nights }: { card: ApartmentCard; nights: number }) {
  const { quote } = card;
  if (quote === undefined) return null;
  return (
    <p className="price">
      <strong>{money(quote.totalMinor, quote.currency)}</strong> {t.find.forNights(nightsText(nights))}
      <span className="muted per-night">
        {t.common.perNight(money(Math.round(quote.totalMinor / nights), quote.currency))}
      </span>
    </p>
  );
}

function stampOf(state: NightsState, wasTaken: boolean): string | undefined {
  const says = t.find.states;
  if (state.kind === 'free') return wasTaken ? says.again : undefined;
  if (state.kind !== 'held') return says[state.kind];
  return state.until === undefined ? says.held : says.heldUntil(hourText(state.until));
}

/** What changed while somebody listens to the page; what stood there when it came is read with the card. */
function useChangeSaid(name: string, stamp: string | undefined, isLive: boolean): void {
  const before = useRef<string>(undefined);
  const isFirst = useRef(true);
  useEffect(() => {
    const isNews = !isFirst.current && stamp !== before.current;
    isFirst.current = false;
    before.current = stamp;
    if (isNews && isLive && stamp !== undefined) announce(t.find.changed(isolated(name), stamp));
  }, [name, stamp, isLive]);
}
