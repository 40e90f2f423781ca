/** One apartment: its name, the bars of the nights in view, what has just changed, and the cursor if it is here. */
import { memo, type RefObject, useCallback, useLayoutEffect, useRef, useSyncExternalStore } from 'react';
import { nightsText, timeText } from '../format.ts';
import { Link } from '../router.tsx';
import { t } from '../texts/index.ts';
import { isolated } from '../texts/isolated.ts';
import { type Bar, barsWithin } from './bars.ts';
import type { ChartStore } from './chart-store.ts';
import { FLASH_MS, type Mark } from './marks.ts';
import { barName, nightName } from './words.ts';

export interface RowProps {
  readonly store: ChartStore;
  readonly id: string;
  readonly rowIndex: number;
  readonly top: number;
  readonly nightPx: number;
  readonly rowPx: number;
  readonly namesPx: number;
  /** Half-open night numbers that are drawn. */
  readonly from: number;
  readonly to: number;
  /** Night number of the cursor, and the other end of the choice, where they are in this row. */
  readonly cursor: number | undefined;
  readonly anchor: number | undefined;
  /** True inside while the cursor is to take the focus. */
  readonly takesFocus: RefObject<boolean>;
  readonly describedBy: string;
  readonly historyOf: ((id: string) => string) | undefined;
}

export const Row = memo(function Row(props: RowProps) {
  const { store, id, nightPx, namesPx, from, to, cursor } = props;
  const row = useSyncExternalStore(
    useCallback((listener) => store.onRow(id, listener), [store, id]),
    () => store.row(id),
  );
  if (row === undefined) return null;
  const left = (night: number) => namesPx + (night - store.from) * nightPx;
  const chosenFrom = Math.min(cursor ?? 0, props.anchor ?? 0);
  const chosenNights = cursor === undefined ? 0 : Math.abs(cursor - (props.anchor ?? cursor)) + 1;
  return (
    <div
      role="row"
      className="chart-row"
      aria-rowindex={props.rowIndex}
      data-apartment={id}
      data-compact={props.rowPx < 30 || undefined}
      style={{ top: props.top, height: props.rowPx }}
    >
      <div role="rowheader" className="chart-name" aria-colindex={1} style={{ width: namesPx }}>
        <Name row={row.apartment} tabs={cursor !== undefined} historyOf={props.historyOf} />
      </div>
      {barsWithin(row.bars, from, to).map((bar) => (
        <BarCell
          key={bar.from}
          {...bar}
          first={store.from}
          left={left(bar.from)}
          width={(bar.to - bar.from) * nightPx}
          underCursor={cursor !== undefined && bar.from <= cursor && cursor < bar.to}
        />
      ))}
      {row.marks
        .filter((mark) => mark.from < to && from < mark.to)
        .map((mark) => (
          <MarkOver
            key={`${mark.version} ${mark.from}`}
            mark={mark}
            left={left(mark.from)}
            width={(mark.to - mark.from) * nightPx}
          />
        ))}
      {cursor !== undefined && (
        <>
          {chosenNights > 1 && (
            <div className="chart-chosen" style={{ left: left(chosenFrom), width: chosenNights * nightPx }} />
          )}
          {/* Another night is another element, so that moving the focus there reads it out. */}
          <CursorCell
            key={cursor}
            name={nightName(row.bars, cursor)}
            marked={row.marks.findLast((mark) => mark.from <= cursor && cursor < mark.to)}
            left={left(cursor)}
            width={nightPx}
            colIndex={cursor - store.from + 2}
            chosenNights={chosenNights}
            takesFocus={props.takesFocus}
            describedBy={props.describedBy}
          />
        </>
      )}
    </div>
  );
});

const Name = memo(function Name({
  row: { id, name, city },
  tabs,
  historyOf,
}: {
  row: { id: string; name: string; city: string };
  /** One row of the grid is a stop of the Tab key: that of the cursor. */
  tabs: boolean;
  historyOf: ((id: string) => string) | undefined;
}) {
  const tabIndex = tabs ? 0 : -1;
  return (
    <>
      <span className="chart-who">
        <Link href={`/apartments/${id}`} className="chart-link" tabIndex={tabIndex} title={name}>
          <bdi>{name}</bdi>
        </Link>
        <span className="chart-city">
          <bdi>{city}</bdi>
        </span>
      </span>
      {historyOf !== undefined && (
        <Link
          href={historyOf(id)}
          className="chart-history"
          tabIndex={tabIndex}
          aria-label={t.chart.historyOf(isolated(name))}
          title={t.chart.historyOf(isolated(name))}
        >
          <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
            <path d="M8 1.5a6.5 6.5 0 1 1-6.1 4.2M1.5 2v4h4M8 4.5V8l2.5 1.5" />
          </svg>
        </Link>
      )}
    </>
  );
});

/** Bars as wide as this say their state by its word too, in CSS pixels. */
const WORD_PX = 96;

/** Named as a whole; while the cursor stands in it, that cell says which night of it. */
const BarCell = memo(function BarCell({
  from,
  to,
  status,
  heldUntil,
  first,
  left,
  width,
  underCursor,
}: Bar & { first: number; left: number; width: number; underCursor: boolean }) {
  return (
    <div
      role="gridcell"
      className="chart-bar"
      data-state={status}
      data-from={from}
      data-letter={t.chart.letters[status]}
      data-word={width >= WORD_PX ? t.common.status[status] : undefined}
      aria-colindex={from - first + 2}
      aria-colspan={to - from}
      aria-label={barName({ from, to, status, heldUntil })}
      aria-hidden={underCursor || undefined}
      style={{ left, width }}
    />
  );
});

const MarkOver = memo(function MarkOver({ mark, left, width }: { mark: Mark; left: number; width: number }) {
  // A row that is scrolled back into view does not flash for what is old.
  const flashes = useRef(performance.now() - mark.heardMs < FLASH_MS).current;
  return (
    <div
      className="chart-mark"
      data-cause={mark.cause}
      data-flash={flashes || undefined}
      style={{ left, width }}
    />
  );
});

function CursorCell({
  name,
  marked,
  left,
  width,
  colIndex,
  chosenNights,
  takesFocus,
  describedBy,
}: {
  name: string;
  marked: Mark | undefined;
  left: number;
  width: number;
  colIndex: number;
  chosenNights: number;
  takesFocus: RefObject<boolean>;
  describedBy: string;
}) {
  const cell = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!takesFocus.current) return;
    takesFocus.current = false;
    // The chart has scrolled to it already, its head and names considered; the window may have to as well.
    cell.current?.focus({ preventScroll: true });
    cell.current?.scrollIntoView({ behavior: 'instant', block: 'nearest', inline: 'nearest' });
  }, [takesFocus]);
  const says = [
    name,
    ...(marked === undefined ? [] : [t.chart.changed(t.common.causes[marked.cause], timeText(marked.at))]),
    ...(chosenNights > 1 ? [t.chart.chosenNights(nightsText(chosenNights))] : []),
  ];
  return (
    <div
      ref={cell}
      role="gridcell"
      className="chart-cursor"
      tabIndex={0}
      aria-colindex={colIndex}
      aria-selected={true}
      aria-label={says.join(', ')}
      aria-describedby={describedBy}
      style={{ left, width }}
    />
  );
}
