/** Finding: every apartment that is free and bookable for the wanted nights, live while it is looked at. */
import { useMemo, useRef, useState } from 'react';
import type { ApartmentCard } from '../../../src/client/index.ts';
import { ERRORS } from '../../../src/protocol/errors.ts';
import { PAGE_SIZE_DEFAULT } from '../../../src/protocol/limits.ts';
import { guestsText, readersTimeZone, stayText } from '../format.ts';
import { navigate, useAddress } from '../router.tsx';
import { useCalendars } from '../shared/live/calendars.ts';
import { client, useOffline } from '../shared/live/client.ts';
import { isOpenHold, useMyStays } from '../shared/live/my-stays.ts';
import { useToday } from '../shared/live/today.ts';
import { Refusal } from '../shared/refusal.tsx';
import { t } from '../texts/index.ts';
import { isolated } from '../texts/isolated.ts';
import { useChoices } from './find/choices.ts';
import { NothingFound } from './find/nothing-found.tsx';
import { usePlace } from './find/place.ts';
import { ResultChoices } from './find/result-choices.tsx';
import { type Results, useResults } from './find/results.ts';
import { Search } from './find/search.tsx';
import { StayCard } from './find/stay-card.tsx';
import { addressOfWanted, type Wanted, wantedOf } from './find/wanted.ts';
import type { Ownings } from './stay/selection.ts';
import { daysOpenAnywhere, wrongDatesIn, wrongDatesText } from './stay/wrong-dates.ts';

export function FindPage() {
  const { query } = useAddress();
  const today = useToday(readersTimeZone());
  // Days are those at the apartments, wherever they are.
  const { first, last } = daysOpenAnywhere(client.clock.nowMs());
  const wrong = useMemo(() => wrongDatesIn(query, { first, last }), [query, first, last]);
  const wanted = useMemo(() => wantedOf(query, today), [query, today]);
  const [attempt, setAttempt] = useState(0);
  const results = useResults(wrong === undefined ? wanted : undefined, attempt);
  const { cards, of, hasMore, error, isLoading } = results;
  const { cities, currencies } = useChoices();
  const isOffline = useOffline();
  const says = t.find;
  usePlace(query.toString(), !isLoading && cards.length > 0);
  // What is wrong stays in the address until other dates are chosen.
  const want = useWant(wrong === undefined ? wanted : { ...wanted, ...saidDates(query) });
  const currency = cards[0]?.currency ?? currencies[0] ?? 'EUR';

  return (
    <section className="catalogue">
      <div className="hero">
        <h1>{says.title}</h1>
        <p>
          {says.promise} <span className="more-promise">{says.promiseMore}</span>
        </p>
      </div>
      <Search
        wanted={wrong === undefined ? wanted : { ...wanted, checkIn: '', checkOut: '' }}
        today={first}
        cities={cities}
        currency={currency}
        onWant={want}
      />
      {wrong !== undefined && (
        <div className="notice wrong-dates" role="alert" data-wrong={wrong.is}>
          <p>{wrongDatesText(wrong)}</p>
          <button type="button" className="quiet" onClick={() => want({ checkIn: '', checkOut: '' })}>
            {says.error.otherDates}
          </button>
        </div>
      )}
      <div className="result-bar">
        <p className="count" role="status">
          <Summary results={results} wanted={wanted} currencies={currencies} />
        </p>
        <ResultChoices wanted={wanted} currencies={withChosen(currencies, wanted.currency)} onWant={want} />
      </div>
      {isOffline && cards.length > 0 && <p className="notice">{says.notLive}</p>}
      {error !== undefined && !isOffline && (
        <>
          <Refusal error={error} />
          <div className="actions">
            {error.code === 'rule_violation' && (
              <button type="button" className="primary" onClick={() => want({ checkIn: '', checkOut: '' })}>
                {says.error.otherDates}
              </button>
            )}
            {ERRORS[error.code].retryable && (
              <button type="button" className="primary" onClick={() => setAttempt(attempt + 1)}>
                {t.common.retry}
              </button>
            )}
          </div>
        </>
      )}
      {cards.length === 0 && isLoading && <Skeletons />}
      {cards.length === 0 && !isLoading && error === undefined && wrong === undefined && (
        <NothingFound wanted={wanted} today={today} cities={cities} onWant={want} />
      )}
      {of !== undefined && error === undefined && (
        <Found cards={cards} of={of} isStale={of !== wanted && isLoading} />
      )}
      {hasMore && (
        <button
          type="button"
          className="quiet more"
          disabled={isLoading || isOffline}
          onClick={() => navigate(addressOfWanted({ ...wanted, pages: wanted.pages + 1 }), 'replace')}
        >
          {isLoading ? t.common.loading : says.more}
        </button>
      )}
    </section>
  );
}

const saidDates = (query: URLSearchParams) => ({
  checkIn: query.get('checkIn') ?? '',
  checkOut: query.get('checkOut') ?? '',
});

/**
 * A change of the wish is a step that can be gone back from; more changes of the same part right after it (a digit
 * typed, a button held) belong to that step.
 */
function useWant(wanted: Wanted): (change: Partial<Wanted>) => void {
  const last = useRef<{ parts: string; address: string }>(undefined);
  return (change) => {
    const parts = (Object.keys(change) as (keyof Wanted)[])
      .filter((key) => change[key] !== wanted[key])
      .join();
    const here = window.location.pathname + window.location.search;
    const isSameStep = last.current?.parts === parts && last.current.address === here;
    const address = addressOfWanted({ ...wanted, pages: 1, ...change });
    last.current = { parts, address };
    navigate(address, isSameStep ? 'replace' : 'push');
  };
}

/** Cards in the order of the answer, each page of them watched together. */
function Found({ cards, of, isStale }: { cards: readonly ApartmentCard[]; of: Wanted; isStale: boolean }) {
  const { holds, bookings } = useMyStays();
  const open = holds.filter(isOpenHold);
  const pages = Array.from({ length: Math.ceil(cards.length / PAGE_SIZE_DEFAULT) }, (_, page) =>
    cards.slice(page * PAGE_SIZE_DEFAULT, (page + 1) * PAGE_SIZE_DEFAULT),
  );
  const wish = addressOfWanted({ ...of, pages: 1 });
  return (
    <div className="found" aria-busy={isStale} data-stale={isStale}>
      {pages.map((page, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a page is its place in the answer to one wish.
        <Cards key={wish + i} cards={page} wanted={of} holds={open} bookings={bookings} />
      ))}
    </div>
  );
}

function Cards({
  cards,
  wanted,
  holds,
  bookings,
}: { cards: readonly ApartmentCard[]; wanted: Wanted } & Ownings) {
  const isOffline = useOffline();
  const ids = cards.map(({ id }) => id);
  const calendars = useCalendars(ids, wanted.checkIn, wanted.checkOut);
  const ownOf = (apartmentId: string): Ownings => ({
    holds: holds.filter((one) => one.apartmentId === apartmentId),
    bookings: bookings.filter((one) => one.apartmentId === apartmentId && one.status === 'confirmed'),
  });
  return (
    <ul className="cards" aria-label={t.find.results}>
      {cards.map((card) => (
        <li key={card.id}>
          <StayCard
            card={card}
            wanted={wanted}
            calendar={calendars.get(card.id)}
            own={ownOf(card.id)}
            isLive={!isOffline}
          />
        </li>
      ))}
    </ul>
  );
}

/** As large as the cards that take their place. */
function Skeletons() {
  return (
    <ul className="cards" aria-hidden="true">
      {['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((key) => (
        <li key={key}>
          <div className="card skeleton">
            <div className="skeleton-picture" />
            <div className="card-body" />
          </div>
        </li>
      ))}
    </ul>
  );
}

function withChosen(choices: readonly string[], chosen: string): string[] {
  return [...new Set([...choices, ...(chosen === '' ? [] : [chosen])])];
}

/** On a phone the line above says what is looked for: only how much was found is said again. */
function Summary({
  results: { cards, hasMore, isLoading, error },
  wanted,
  currencies,
}: {
  results: Results;
  wanted: Wanted;
  currencies: readonly string[];
}) {
  const says = t.find;
  if (error !== undefined) return null;
  if (isLoading) return says.looking;
  if (cards.length === 0) return null;
  const { city, guests, checkIn, checkOut, sort, currency } = wanted;
  const isMixed = sort !== 'name' && currency === '' && city === '' && currencies.length > 1;
  return (
    <>
      {says.found(cards.length, hasMore)}
      <span className="count-wish">
        {says.free(isolated(city), guestsText(guests), stayText(checkIn, checkOut))}
      </span>
      {isMixed && ` · ${says.mixed}`}
    </>
  );
}
