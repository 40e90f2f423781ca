/** One apartment's facts in order, its calendar as of any of them, and what can be done about its open holds. */
import { memo, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import type { Apartment } from '../../../src/client/index.ts';
import { StaffOnly } from '../account/staff-only.tsx';
import { datesText, momentText, numberText, todayIn } from '../format.ts';
import { Part } from '../part.ts';
import { addressOf, Link, navigate, useAddress } from '../router.tsx';
import { useApartment } from '../shared/live/apartments.ts';
import { client, useConnection } from '../shared/live/client.ts';
import { usePart } from '../shared/live/use-part.ts';
import { NotLoaded } from '../shared/not-loaded.tsx';
import { Refusal } from '../shared/refusal.tsx';
import { useIdle } from '../shared/use-idle.ts';
import { t } from '../texts/index.ts';
import { isolated } from '../texts/isolated.ts';
import { AdminNav } from './admin-nav.tsx';
import { changeWords, factWords } from './history/fact-words.ts';
import { OpenHolds } from './history/holds-to-manage.tsx';
import type { JournalBook } from './history/journal-book.ts';
import { nightChanges } from './history/night-changes.ts';
import { useOpenHolds } from './history/open-holds.ts';
import { useJournalBook } from './history/use-journal-book.ts';
import { VersionSlider } from './history/version-slider.tsx';
import '../styles/admin-history.css';

/** Much to load and to draw, each: they come once what has happened last is on the page. */
const FACTS = new Part(() => import('./history/facts-table.tsx'));
const CALENDAR = new Part(() => import('./history/history-calendar.tsx'));
const WHY = new Part(() => import('./history/why-refused.tsx'));

export function HistoryPage({ apartmentId }: { apartmentId: string }) {
  return (
    <StaffOnly kinds={['admin']} title={t.shell.titles.history} invitation={t.account.forStaff}>
      <History apartmentId={apartmentId} />
    </StaffOnly>
  );
}

function History({ apartmentId }: { apartmentId: string }) {
  const apartment = useApartment(apartmentId);
  const book = useJournalBook(apartmentId);
  const state = useConnection();
  const holds = useOpenHolds(apartmentId, book?.latest);
  // Drawn in short steps: fifty facts and a calendar are much to draw at once.
  const edition = useDeferredValue(book?.edition);
  const latest = useDeferredValue(book?.latest);
  const says = t.history;
  useEffect(() => {
    if (state === 'online' && book?.error?.retryable === true) book.retry();
  }, [state, book]);
  return (
    <section className="admin history">
      <AdminNav page={undefined} />
      <header className="admin-bar">
        <h1>
          <bdi>{apartment?.ok === true ? apartment.data.name : apartmentId}</bdi>
        </h1>
        <p className="muted">
          {apartment?.ok === true && `${isolated(apartment.data.city)} · `}
          <Link href={`/apartments/${apartmentId}`}>{says.guestsPage}</Link>
        </p>
      </header>
      <div role="status">{state !== 'online' && <p className="notice">{says.stale}</p>}</div>
      {book?.error !== undefined && (
        <>
          <Refusal error={book.error} />
          <Button className="quiet" onPress={() => book.retry()}>
            {t.common.retry}
          </Button>
        </>
      )}
      {book === undefined || edition === undefined || latest === undefined ? (
        book?.error === undefined && <p role="status">{t.common.loading}</p>
      ) : (
        <div className="history-columns" data-stale={state !== 'online' || undefined}>
          <div>
            <Told apartmentId={apartmentId} book={book} edition={edition} latest={latest} />
          </div>
          <div>
            {holds !== undefined && <OpenHolds apartmentId={apartmentId} holds={holds} />}
            {apartment?.ok === true && (
              <Why apartmentId={apartmentId} apartment={apartment.data} book={book} />
            )}
          </div>
        </div>
      )}
    </section>
  );
}

/** The slider has rested after so long, in milliseconds: browsers take no more than a few addresses a second. */
const RESTED_MS = 250;

/** `?version=12`; without it the end, which moves. `?at=…` is worked out once. */
function useVersion(
  apartmentId: string,
  book: JournalBook,
  latest: number,
): { version: number; isEnd: boolean; go: (version: number) => void } {
  const { query } = useAddress();
  const [moved, setMoved] = useState<number | 'end'>();
  const at = query.get('at');
  const asked = Number(query.get('version') ?? '0');
  const addressed =
    Number.isSafeInteger(asked) && asked >= 1 && asked < latest && at === null ? asked : 'end';
  const place = moved ?? addressed;

  const isMoved = moved !== undefined;
  useEffect(() => {
    // Whoever has moved on, to another version or another page, does not want to be taken back by a late answer.
    if (at === null || Number.isNaN(Date.parse(at)) || isMoved) return;
    const gone = new AbortController();
    book.asOf(new Date(at).toISOString(), { signal: gone.signal }).then(
      (then) => {
        if (typeof then === 'object' && 'calendar' in then)
          navigate(versionAddress(apartmentId, Math.max(1, then.version)), 'replace');
      },
      () => {},
    );
    return () => gone.abort();
  }, [apartmentId, at, isMoved, book]);
  useEffect(() => {
    if (moved === undefined) return;
    const timer = setTimeout(() => {
      navigate(versionAddress(apartmentId, moved === 'end' ? undefined : moved), 'replace');
      setMoved(undefined);
    }, RESTED_MS);
    return () => clearTimeout(timer);
  }, [apartmentId, moved]);

  return {
    version: place === 'end' ? latest : Math.max(firstOf(book), Math.min(place, latest)),
    isEnd: place === 'end',
    go: (version) => setMoved(version >= latest ? 'end' : version),
  };
}

/** The first version whose calendar can be shown. */
const firstOf = (book: JournalBook) => Math.max(1, book.archived);

const versionAddress = (apartmentId: string, version: number | undefined) =>
  addressOf(`/admin/apartments/${encodeURIComponent(apartmentId)}`, { version });

const Told = memo(function Told({
  apartmentId,
  book,
  edition,
  latest,
}: {
  apartmentId: string;
  book: JournalBook;
  /** Of the book as it is drawn. */
  edition: number;
  latest: number;
}) {
  const { version, isEnd, go } = useVersion(apartmentId, book, latest);
  const facts = usePart(FACTS, useIdle());
  useEffect(() => {
    if (version < 1) return;
    book.wantCalendars(version);
    book.wantPage(version);
  });
  const says = t.history;
  if (latest === 0) return <p className="empty">{says.nothing}</p>;
  const fact = book.fact(version);
  return (
    <>
      <section className="panel" aria-labelledby="as-of">
        <h2 id="as-of">{says.calendarAsOf}</h2>
        <VersionSlider version={version} first={firstOf(book)} latest={latest} onVersion={go} />
        <p className="small muted">{isEnd ? says.atEnd : says.staysHere}</p>
        <div className="fact-now" data-version={version}>
          {fact === undefined ? (
            <p className="muted">
              {version <= book.archived ? says.archived(numberText(book.archived)) : t.common.loading}
            </p>
          ) : (
            <p>
              <time dateTime={fact.at}>{momentText(fact.at)}</time>
              <br />
              <strong>{factWords(fact, (one) => book.fact(one))}</strong>
            </p>
          )}
        </div>
        <Past book={book} version={version} />
      </section>
      <section className="panel" aria-labelledby="facts">
        <h2 id="facts">{says.facts.title}</h2>
        {facts.here !== undefined && (
          <facts.here.FactsTable
            book={book}
            edition={edition}
            version={version}
            latest={latest}
            onVersion={go}
          />
        )}
        {facts.isMissing && <NotLoaded />}
      </section>
    </>
  );
});

/** The calendar as of a version; the one before stays until it has come, so that nothing jumps while sliding. */
function Past({ book, version }: { book: JournalBook; version: number }) {
  const drawn = usePart(CALENDAR, useIdle());
  const known = book.calendar(version);
  const [kept, setKept] = useState(known);
  const calendar = known ?? kept;
  const before = version > 1 ? book.calendar(version - 1) : undefined;
  const isArchived = version <= book.archived;
  const isWhole = known !== undefined && (version === 1 || before !== undefined || isArchived);
  const changes = useMemo(
    () => (isWhole && known !== undefined && !isArchived ? nightChanges(before, known) : []),
    [isWhole, before, known, isArchived],
  );
  const [focused, setFocused] = useState(() => todayIn('UTC', client.clock.nowMs()));
  const holder = useRef<HTMLDivElement>(null);
  const first = changes[0]?.from;
  useEffect(() => {
    if (known !== undefined) setKept(known);
  }, [known]);
  useEffect(() => {
    // The calendar's own focus would follow: whoever is on one of its days stays there.
    const isInside = holder.current?.contains(document.activeElement) === true;
    if (first !== undefined && !isInside) setFocused(first);
  }, [first]);
  if (calendar === undefined) return <p role="status">{t.common.loading}</p>;
  return (
    <div ref={holder} data-loading={!isWhole || undefined} className="past-holder">
      <p className="what-changed" role="status">
        {!isWhole
          ? t.common.loading
          : changes.length === 0
            ? !isArchived && t.history.noNights
            : changes
                .map((change) =>
                  change.deadlineMoved
                    ? t.history.deadlineOf(datesText(change.from, change.to))
                    : changeWords(change),
                )
                .join('; ')}
      </p>
      {drawn.here !== undefined && (
        <drawn.here.HistoryCalendar
          calendar={calendar}
          changes={changes}
          focused={focused}
          onFocused={setFocused}
        />
      )}
      {drawn.isMissing && <NotLoaded />}
    </div>
  );
}

function Why({
  apartmentId,
  apartment,
  book,
}: {
  apartmentId: string;
  apartment: Apartment;
  book: JournalBook;
}) {
  const { query } = useAddress();
  const [at] = useState(() => {
    const asked = query.get('at');
    return asked !== null && !Number.isNaN(Date.parse(asked))
      ? new Date(asked).toISOString()
      : new Date(client.clock.nowMs()).toISOString();
  });
  const show = (version: number) => navigate(versionAddress(apartmentId, version), 'replace');
  const { here, isMissing } = usePart(WHY, useIdle());
  if (here !== undefined)
    return <here.WhyRefused apartment={apartment} book={book} at={at} onVersion={show} />;
  return isMissing ? <NotLoaded /> : null;
}
