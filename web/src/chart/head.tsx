/** Above the apartments: months, days, and how many are free, held, booked and closed on each. */
import { memo, useSyncExternalStore } from 'react';
import { dateOf, weekdayOf } from '../../../src/protocol/nights.ts';
import { longDate, monthName, weekdayName } from '../format.ts';
import { t } from '../texts/index.ts';
import type { ChartStore } from './chart-store.ts';
import { DAYS_PX, MONTHS_PX, TOTAL_PX } from './geometry.ts';
import type { DayTotal } from './totals.ts';

const COUNTED = ['free', 'held', 'booked', 'blocked'] as const;
/** Rows of the grid that the head takes. */
export const HEAD_ROWS = 2 + COUNTED.length;
export const HEAD_PX = MONTHS_PX + DAYS_PX + COUNTED.length * TOTAL_PX;

interface HeadProps {
  readonly store: ChartStore;
  readonly today: number;
  /** Half-open night numbers that are drawn. */
  readonly from: number;
  readonly to: number;
  readonly nightPx: number;
  readonly namesPx: number;
}

export const Head = memo(function Head(props: HeadProps) {
  const { store, today, from, to, nightPx, namesPx } = props;
  const left = (night: number) => namesPx + (night - store.from) * nightPx;
  return (
    <div role="rowgroup" className="chart-head" style={{ height: HEAD_PX }}>
      <div role="row" className="chart-months" aria-rowindex={1} style={{ height: MONTHS_PX }}>
        <div role="columnheader" className="chart-corner" aria-colindex={1} style={{ width: namesPx }}>
          <span className="unseen">{t.chart.apartment}</span>
        </div>
        {monthsOf(store, from, to).map((month) => (
          <div
            key={month.name}
            role="columnheader"
            className="chart-month"
            aria-colindex={month.from - store.from + 2}
            aria-colspan={month.to - month.from}
            style={{ left: left(month.from), width: (month.to - month.from) * nightPx }}
          >
            <span style={{ left: namesPx }}>{month.name}</span>
          </div>
        ))}
      </div>
      <div role="row" className="chart-days" aria-rowindex={2} style={{ height: DAYS_PX }}>
        <div role="columnheader" className="chart-corner" aria-colindex={1} style={{ width: namesPx }}>
          {t.chart.apartment}
        </div>
        {range(from, to).map((night) => (
          <Day
            key={night}
            night={night}
            colIndex={night - store.from + 2}
            isToday={night === today}
            left={left(night)}
            width={nightPx}
          />
        ))}
      </div>
      <Totals {...props} left={left} />
    </div>
  );
});

const Day = memo(function Day({
  night,
  colIndex,
  isToday,
  left,
  width,
}: {
  night: number;
  colIndex: number;
  isToday: boolean;
  left: number;
  width: number;
}) {
  const date = dateOf(night);
  const weekday = weekdayOf(night);
  return (
    <div
      role="columnheader"
      className="chart-day"
      aria-colindex={colIndex}
      aria-current={isToday ? 'date' : undefined}
      data-weekend={weekday > 5 || undefined}
      style={{ left, width }}
    >
      <span className="unseen">{longDate(date)}</span>
      <span aria-hidden="true">{weekdayName(weekday).slice(0, width < 30 ? 1 : 2)}</span>
      <strong aria-hidden="true">{Number(date.slice(8))}</strong>
    </div>
  );
});

/** Follows every change, so it stands alone: what has not changed is not drawn. */
function Totals({
  store,
  from,
  to,
  nightPx,
  namesPx,
  left,
}: HeadProps & { left: (night: number) => number }) {
  useSyncExternalStore(store.onTotals, store.totalsVersion);
  const nights = range(from, to).map((night) => ({ night, total: store.totals.at(night) }));
  return COUNTED.map((kind, i) => (
    <div
      key={kind}
      role="row"
      className="chart-total"
      aria-rowindex={3 + i}
      data-kind={kind}
      style={{ height: TOTAL_PX }}
    >
      <div role="rowheader" className="chart-corner" aria-colindex={1} style={{ width: namesPx }}>
        {kind !== 'free' && <span className="swatch" data-state={kind} aria-hidden="true" />}
        {t.chart.totals[kind]}
      </div>
      {nights.map(({ night, total }) => (
        <Count
          key={night}
          night={night}
          count={total[kind]}
          share={total[kind] / Math.max(1, rowsOf(total))}
          colIndex={night - store.from + 2}
          left={left(night)}
          width={nightPx}
        />
      ))}
    </div>
  ));
}

/** The count, over a bar as wide as its share of the apartments. */
const Count = memo(function Count({
  night,
  count,
  share,
  colIndex,
  left,
  width,
}: {
  night: number;
  count: number;
  share: number;
  colIndex: number;
  left: number;
  width: number;
}) {
  return (
    <div
      role="gridcell"
      className="chart-count"
      data-night={night}
      aria-colindex={colIndex}
      style={{ left, width }}
    >
      <i style={{ transform: `scaleX(${share.toFixed(2)})` }} />
      {count}
    </div>
  );
});

const rowsOf = ({ free, held, booked, blocked }: DayTotal) => free + held + booked + blocked;
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** The months that share a night with [from, to), as far as the chart reaches. */
function monthsOf(chart: { from: number; to: number }, from: number, to: number) {
  const months: { name: string; from: number; to: number }[] = [];
  let night = from;
  while (night < to) {
    const day = Number(dateOf(night).slice(8));
    const first = Math.max(chart.from, night - day + 1);
    let next = night - day + 1 + 28;
    while (dateOf(next).slice(8) !== '01') next += 1;
    months.push({
      name: monthName(dateOf(night).slice(0, 7)),
      from: first,
      to: Math.min(chart.to, next),
    });
    night = next;
  }
  return months;
}
