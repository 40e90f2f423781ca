/** The catalogue: every apartment that is free and bookable for the wanted nights, live while it is looked at. */
import { useEffect, useMemo, useState } from 'react';
import type { ApartmentCard, CalendarModel } from '../../../src/client/index.ts';
import type { SearchAnswer } from '../../../src/protocol/commands.ts';
import { ERRORS, type ErrorBody, type Outcome } from '../../../src/protocol/errors.ts';
import { PAGE_SIZE_DEFAULT, WINDOW_NIGHTS_MAX } from '../../../src/protocol/limits.ts';
import { nightOf } from '../../../src/protocol/nights.ts';
import { guestsText, isDate, money, nightsText, plusDays, todayIn } from '../format.ts';
import { useCalendars } from '../live/calendars.ts';
import { client, useConnection } from '../live/client.ts';
import { Facade } from '../parts/facade.tsx';
import { Refusal } from '../parts/refusal.tsx';
import { type StayFields, StayInputs, stayOf } from '../parts/stay-form.tsx';
import { addressOf, Link, navigate, useAddress } from '../router.tsx';

const SORTS = { price_asc: 'Cheapest first', price_desc: 'Dearest first', name: 'By name' } as const;
type Sort = keyof typeof SORTS;
interface Wanted extends StayFields {
  readonly city: string;
  /** Empty: any. Without a rate amounts of several are not compared, so results come one after the other. */
  readonly currency: string;
  readonly sort: Sort;
}

export function FindPage() {
  const { query } = useAddress();
  const today = todayIn(Intl.DateTimeFormat().resolvedOptions().timeZone, Date.now());
  const wanted = useMemo(() => wantedOf(query, today), [query, today]);
  const { pages, error, loading, more } = useResults(wanted);
  const cards = pages.flatMap(({ apartments }) => apartments);
  const { cities, currencies } = useChoices();

  const want = (changes: Partial<Wanted>) => {
    const { city, currency, checkIn, checkOut, guests, sort } = { ...wanted, ...changes };
    navigate(addressOf('/', { city, currency, checkIn, checkOut, guests, sort }), 'replace');
  };

  return (
    <section className="catalogue">
      <div className="hero">
        <h1>Find a stay, hold it live</h1>
        <p>
          A hold keeps the nights yours while you decide. Everybody else sees it at once, and no night is ever
          sold twice.
        </p>
        <form className="search" onSubmit={(event) => event.preventDefault()}>
          <StayInputs stay={wanted} today={today} onChange={(stay) => want(stay)}>
            <label className="field">
              <span>City</span>
              <select value={wanted.city} onChange={({ target }) => want({ city: target.value })}>
                <option value="">Anywhere</option>
                {withChosen(cities, wanted.city).map((city) => (
                  <option key={city}>{city}</option>
                ))}
              </select>
            </label>
          </StayInputs>
          <label className="field">
            <span>Order</span>
            <select value={wanted.sort} onChange={({ target }) => want({ sort: target.value as Sort })}>
              {Object.entries(SORTS).map(([sort, text]) => (
                <option key={sort} value={sort}>
                  {text}
                </option>
              ))}
            </select>
          </label>
          {withChosen(currencies, wanted.currency).length > 1 && (
            <label className="field">
              <span>Currency</span>
              <select value={wanted.currency} onChange={({ target }) => want({ currency: target.value })}>
                <option value="">Any</option>
                {withChosen(currencies, wanted.currency).map((currency) => (
                  <option key={currency}>{currency}</option>
                ))}
              </select>
            </label>
          )}
        </form>
      </div>

      <p className="count" role="status">
        {summary(cards.length, more !== undefined, loading, error, wanted, currencies)}
      </p>
      {error !== undefined && <Refusal error={error} />}
      {loading && cards.length === 0 && <Skeletons />}
      {!loading && error === undefined && cards.length === 0 && (
        <div className="empty">
          <h2>No apartment is free for that</h2>
          <p>Try other dates, fewer guests, or another city.</p>
          {wanted.city !== '' && (
            <button type="button" className="quiet" onClick={() => want({ city: '' })}>
              Look anywhere
            </button>
          )}
        </div>
      )}
      {pages.map((page) => (
        <Cards key={page.apartments[0]?.id ?? 'none'} cards={page.apartments} wanted={wanted} />
      ))}
      {more !== undefined && (
        <button type="button" className="more" disabled={loading} onClick={more}>
          {loading ? 'Loading …' : 'Show more'}
        </button>
      )}
    </section>
  );
}

/** One page of results, watched together. */
function Cards({ cards, wanted }: { cards: readonly ApartmentCard[]; wanted: Wanted }) {
  const dated = wanted.checkIn !== '' && wanted.checkOut !== '';
  const calendars = useCalendars(
    cards.map(({ id }) => id),
    dated ? wanted.checkIn : undefined,
    dated ? wanted.checkOut : undefined,
  );
  return (
    <ul className="cards">
      {cards.map((card) => (
        <li key={card.id}>
          <Card card={card} wanted={wanted} taken={takenIn(calendars.get(card.id))} />
        </li>
      ))}
    </ul>
  );
}

function Card({ card, wanted, taken }: { card: ApartmentCard; wanted: Wanted; taken: string | undefined }) {
  const { checkIn, checkOut, guests } = wanted;
  return (
    <Link
      className="card"
      href={addressOf(`/apartments/${card.id}`, { checkIn, checkOut, guests })}
      data-taken={taken !== undefined}
      data-apartment={card.id}
    >
      <Facade apartmentId={card.id} />
      {taken !== undefined && <span className="stamp">{taken}</span>}
      <div className="card-body">
        <h2>{card.name}</h2>
        <p className="muted">
          {card.city}, {card.country} · sleeps {card.capacity}
        </p>
        <p className="price">
          {card.quote === undefined ? (
            <>
              <strong>{money(card.nightlyMinor, card.currency)}</strong> a night
            </>
          ) : (
            <>
              <strong>{money(card.quote.totalMinor, card.quote.currency)}</strong> for{' '}
              {nightsText(nightOf(checkOut) - nightOf(checkIn))}
            </>
          )}
        </p>
      </div>
    </Link>
  );
}

/** What happened to the wanted nights since they were found free. */
function takenIn(calendar: CalendarModel | undefined): string | undefined {
  const night = calendar?.nights.find((one) => one !== undefined);
  if (night === undefined) return undefined;
  return night.status === 'held' ? 'Held by someone just now' : 'Just taken';
}

function Skeletons() {
  return (
    <ul className="cards" aria-hidden="true">
      {['a', 'b', 'c', 'd', 'e', 'f'].map((key) => (
        <li key={key} className="card skeleton" />
      ))}
    </ul>
  );
}

function wantedOf(query: URLSearchParams, today: string): Wanted {
  const stay = stayOf(query, isDate);
  const sort = query.get('sort') ?? '';
  // Without a word in the address about dates the page asks for a weekend's length soon, so that prices are whole.
  const undated = !query.has('checkIn') && !query.has('checkOut') && !query.has('undated');
  return {
    ...stay,
    ...(undated ? { checkIn: plusDays(today, 14), checkOut: plusDays(today, 17) } : {}),
    city: query.get('city') ?? '',
    currency: /^[A-Z]{3}$/.exec(query.get('currency') ?? '')?.[0] ?? '',
    sort: sort in SORTS ? (sort as Sort) : 'price_asc',
  };
}

interface Results {
  readonly pages: readonly SearchAnswer[];
  readonly error: ErrorBody | undefined;
  readonly loading: boolean;
  readonly more: (() => void) | undefined;
}

function useResults(wanted: Wanted): Results {
  const [pages, setPages] = useState<readonly SearchAnswer[]>([]);
  const [error, setError] = useState<ErrorBody>();
  const [loading, setLoading] = useState(true);
  const [cursor, setCursor] = useState<string>();
  const online = useConnection() === 'online';
  const failed = error !== undefined && ERRORS[error.code].retryable;

  // biome-ignore lint/correctness/useExhaustiveDependencies: an answer that failed is asked for again once the server is back.
  useEffect(() => {
    setPages([]);
    setCursor(undefined);
  }, [wanted]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above.
  useEffect(() => {
    const gone = new AbortController();
    setLoading(true);
    setError(undefined);
    ask(wanted, cursor, gone.signal).then(
      (outcome) => {
        setLoading(false);
        if (outcome.ok)
          setPages((known) => (cursor === undefined ? [outcome.data] : [...known, outcome.data]));
        else setError(outcome.error);
      },
      () => {
        // Other dates were asked for meanwhile; their own answer follows.
      },
    );
    return () => gone.abort();
  }, [wanted, cursor, failed && online]);

  const next = pages.at(-1)?.nextCursor;
  return { pages, error, loading, more: next === undefined ? undefined : () => setCursor(next) };
}

function ask(
  wanted: Wanted,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<Outcome<SearchAnswer>> {
  const { city, currency, checkIn, checkOut, guests, sort } = wanted;
  const common = {
    guests,
    sort,
    limit: PAGE_SIZE_DEFAULT,
    ...(city === '' ? {} : { city }),
    ...(currency === '' ? {} : { currency }),
    ...(cursor === undefined ? {} : { cursor }),
  };
  const dated =
    checkIn !== '' && checkOut !== '' && nightOf(checkOut) - nightOf(checkIn) <= WINDOW_NIGHTS_MAX;
  return dated
    ? client.search({ ...common, checkIn, checkOut }, { signal })
    : client.list(common, { signal });
}

interface Choices {
  readonly cities: readonly string[];
  readonly currencies: readonly string[];
}

/** Those of the first hundred apartments by name: enough to choose from, and typed into the address any other works too. */
function useChoices(): Choices {
  const [choices, setChoices] = useState<Choices>({ cities: [], currencies: [] });
  useEffect(() => {
    void client.list({ limit: 100, sort: 'name' }).then((outcome) => {
      if (!outcome.ok) return;
      const { apartments } = outcome.data;
      setChoices({
        cities: [...new Set(apartments.map(({ city }) => city))].sort(),
        currencies: [...new Set(apartments.map(({ currency }) => currency))].sort(),
      });
    });
  }, []);
  return choices;
}

function withChosen(choices: readonly string[], chosen: string): string[] {
  return [...new Set([...choices, ...(chosen === '' ? [] : [chosen])])];
}

function summary(
  count: number,
  more: boolean,
  loading: boolean,
  error: ErrorBody | undefined,
  { city, guests, checkIn, checkOut, sort, currency }: Wanted,
  currencies: readonly string[],
): string {
  if (error !== undefined) return '';
  if (loading && count === 0) return 'Looking …';
  const where = city === '' ? '' : ` in ${city}`;
  const what = count === 1 && !more ? '1 apartment' : `${count}${more ? '+' : ''} apartments`;
  const dated = checkIn !== '' && checkOut !== '';
  const free = dated ? ', free for all nights' : '';
  const isMixed = sort !== 'name' && currency === '' && city === '' && currencies.length > 1;
  return `${what}${where} for ${guestsText(guests)}${free}${isMixed ? '; one currency after the other' : ''}`;
}
