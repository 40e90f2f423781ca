/**
 * The tape chart: apartments by nights, live.
 *
 *   live view ──> ChartStore ──> Grid ──> rows in view          (each row follows its own calendar alone)
 *   ChartDesk  <── Details, NightDialog <── what is pointed at  (who, since, until; closing and opening)
 *
 * It knows nothing of where its rows come from or where its filter is kept.
 */
import { useCallback, useEffect, useId, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { Button } from 'react-aria-components';
import { dateOf, nightOf } from '../../../src/protocol/nights.ts';
import { stayText } from '../format.ts';
import { t } from '../texts/index.ts';
import { isolated } from '../texts/isolated.ts';
import type { ChartStore } from './chart-store.ts';
import { ClaimsBook } from './claims.ts';
import { Details } from './details.tsx';
import type { ChartFilter } from './filter.ts';
import { SIZES, type Zoom } from './geometry.ts';
import { Grid, type GridHandle, type Picked, type Pointed } from './grid.tsx';
import { Legend } from './legend.tsx';
import { NightDialog } from './night-dialog.tsx';
import type { ChartDesk } from './ports.ts';
import { Toolbar } from './toolbar.tsx';
import '../styles/chart.css';
import '../styles/chart-details.css';
import '../styles/chart-tools.css';

export interface TapeChartProps {
  readonly store: ChartStore;
  readonly desk: ChartDesk;
  readonly filter: ChartFilter;
  readonly onFilter: (changes: Partial<ChartFilter>) => void;
  /** To choose from, besides those of its rows. */
  readonly cities: readonly string[];
  readonly zoom: Zoom;
  readonly onZoom: (zoom: Zoom) => void;
  /** A date that lies outside of the store's nights. */
  readonly onOutside: (date: string) => void;
  /** The date to begin with in view. */
  readonly openAt: string;
  /** Today's date. */
  readonly today: string;
  /** The address of an apartment's history, for whoever may see it. */
  readonly historyOf?: (id: string) => string;
}

export function TapeChart(props: TapeChartProps) {
  const { store, desk, filter, today } = props;
  const shown = useSyncExternalStore(store.onShown, store.shown);
  const [pointed, setPointed] = useState<Pointed>();
  const [chosen, setChosen] = useState<Picked>();
  const [acting, setActing] = useState<Picked>();
  const book = useMemo(() => new ClaimsBook(desk, store), [desk, store]);
  const grid = useRef<GridHandle>(null);
  const detailsId = useId();

  const point = useCallback(
    (next: Pointed | undefined) =>
      setPointed((now) => (now?.element === next?.element && now?.night === next?.night ? now : next)),
    [],
  );

  useEffect(() => store.filter(filter), [store, filter]);

  const jump = (date: string) => {
    const night = nightOf(date);
    if (night < store.from || night >= store.to) props.onOutside(date);
    else grid.current?.goTo(night);
  };
  // Other rows may be of other cities.
  const cities = useMemo(
    () => citiesOf(store, shown, filter.city, props.cities),
    [store, shown, filter.city, props.cities],
  );

  return (
    <section className="chart" aria-label={t.chart.grid}>
      <Toolbar
        filter={filter}
        onFilter={props.onFilter}
        cities={cities}
        zoom={props.zoom}
        onZoom={props.onZoom}
        onJump={jump}
        today={today}
      />
      <Strays store={store} filter={filter} />
      {store.known ? (
        <Grid
          store={store}
          size={SIZES[props.zoom]}
          today={nightOf(today)}
          openAt={nightOf(props.openAt)}
          describedBy={detailsId}
          historyOf={props.historyOf}
          onPoint={point}
          onChoose={setChosen}
          onAct={setActing}
          handle={grid}
        />
      ) : (
        <p role="status" className="chart-empty chart-coming">
          {t.common.loading}
        </p>
      )}
      {store.known && shown.length === 0 && <Nothing onFilter={props.onFilter} />}
      <footer className="chart-foot">
        <Legend />
        {chosen !== undefined && (
          <Button className="quiet" onPress={() => setActing(chosen)}>
            {isolated(store.row(chosen.id)?.apartment.name ?? '')}:{' '}
            {stayText(dateOf(chosen.from), dateOf(chosen.to))} …
          </Button>
        )}
        <p className="muted small">{t.chart.keys}</p>
      </footer>
      <Details
        id={detailsId}
        store={store}
        book={book}
        pointed={acting === undefined ? pointed : undefined}
      />
      {acting !== undefined && (
        <NightDialog
          store={store}
          book={book}
          desk={desk}
          picked={acting}
          historyOf={props.historyOf}
          onClose={() => setActing(undefined)}
        />
      )}
    </section>
  );
}

/** Of all rows, shown or not; the chosen one even where it has none. */
function citiesOf(
  store: ChartStore,
  _shown: readonly string[],
  chosen: string,
  others: readonly string[],
): string[] {
  const cities = new Set([...others, ...store.apartments.map(({ city }) => city)]);
  if (chosen !== '') cities.add(chosen);
  return [...cities].sort();
}

function Strays({ store, filter }: { store: ChartStore; filter: ChartFilter }) {
  const strays = useSyncExternalStore(store.onShown, store.strays);
  if (strays === 0) return null;
  return (
    <p className="chart-strays">
      {t.chart.strays(strays)}{' '}
      <Button className="quiet" onPress={() => store.filter(filter)}>
        {t.chart.applyAgain}
      </Button>
    </p>
  );
}

function Nothing({ onFilter }: { onFilter: (changes: Partial<ChartFilter>) => void }) {
  return (
    <p role="status" className="chart-empty">
      {t.chart.none}{' '}
      <Button
        className="quiet"
        onPress={() => onFilter({ city: '', name: '', state: undefined, within: { from: '', to: '' } })}
      >
        {t.chart.showAll}
      </Button>
    </p>
  );
}
