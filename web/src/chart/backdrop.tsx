/** Weekends and today, once behind all rows. */
import { memo } from 'react';
import { weekdayOf } from '../../../src/protocol/nights.ts';
import { HEAD_PX } from './head.tsx';

export const Backdrop = memo(function Backdrop({
  from,
  to,
  first,
  today,
  nightPx,
  namesPx,
}: {
  /** Half-open night numbers that are drawn. */
  from: number;
  to: number;
  /** The chart's first night. */
  first: number;
  today: number;
  nightPx: number;
  namesPx: number;
}) {
  const left = (night: number) => namesPx + (night - first) * nightPx;
  const saturdays = Array.from({ length: to - from }, (_, i) => from + i).filter(
    (night) => weekdayOf(night) === 6,
  );
  return (
    <>
      {saturdays.map((night) => (
        <div
          key={night}
          className="chart-weekend"
          style={{ left: left(night), width: 2 * nightPx, top: HEAD_PX }}
        />
      ))}
      {from <= today && today < to && (
        <div className="chart-today" style={{ left: left(today), width: nightPx, top: HEAD_PX }} />
      )}
    </>
  );
});
