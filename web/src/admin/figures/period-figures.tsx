/** Figures of a period by day. Amounts are of one currency: amounts of several are never added up. */
import { useMemo } from 'react';
import type { Figures, Totals } from '../../../../src/client/index.ts';
import { money, numberText, percentText, plusDays } from '../../format.ts';
import type { Plotted } from '../../plots/series.ts';
import { t } from '../../texts/index.ts';
import { FigureCard } from './figure-card.tsx';
import type { PeriodFigures as Shown } from './figures.ts';

type Value = (figures: Totals) => number | null;
type Name = Exclude<keyof typeof t.admin.figures.byDay, 'note'>;

interface Described {
  readonly name: Name;
  readonly of: Value;
  readonly format: (value: number) => string;
  /** How a difference reads, where it is not what the figure itself is in. */
  readonly difference?: (value: number) => string;
  readonly reaches?: number;
  readonly good?: 'up' | 'down';
  readonly note?: (totals: Totals) => string;
  /** It counts what happened on a day: days to come have none, and a period with some is compared with nothing. */
  readonly isCounted?: true;
}

export function PeriodFigures({ figures, currency }: { figures: Shown; currency: string | undefined }) {
  const described = useMemo(() => describedFigures(currency), [currency]);
  return (
    <div className="figures">
      {described.map((one) => (
        <PeriodCard key={one.name} described={one} figures={figures} />
      ))}
    </div>
  );
}

function PeriodCard({ described, figures }: { described: Described; figures: Shown }) {
  const { name, of, format, difference = format, reaches, good, note, isCounted } = described;
  const { now, before } = figures;
  const says = t.admin.figures.byDay[name];
  const plotted = useMemo(() => byDay(now, says.title, of, isCounted), [now, says.title, of, isCounted]);
  const value = now === undefined ? null : of(now.totals);
  const hasToCome = isCounted === true && now !== undefined && now.to > plusDays(dayOf(now), 1);
  return (
    <FigureCard
      id={name}
      title={says.title}
      means={says.means}
      value={value === null ? '–' : format(value)}
      {...(now !== undefined && note !== undefined ? { note: note(now.totals) } : {})}
      change={{
        now: hasToCome ? undefined : value,
        ...(hasToCome ? { unknown: t.admin.change.toCome } : {}),
        before: before === undefined ? undefined : of(before.totals),
        format: difference,
        against: t.admin.change.thanBefore,
        ...(good === undefined ? {} : { good }),
      }}
      plot={{ plotted, format, ...(reaches === undefined ? {} : { reaches }) }}
    />
  );
}

function byDay(figures: Figures | undefined, label: string, of: Value, isCounted = false): Plotted {
  const days = figures?.days ?? [];
  const today = figures === undefined ? '' : dayOf(figures);
  return {
    time: 'dates',
    xs: days.map(({ date }) => Date.parse(`${date}T00:00:00Z`) / 1_000),
    series: [{ label, values: days.map((day) => (isCounted && day.date > today ? null : of(day))) }],
  };
}

/** Days are counted by UTC. */
const dayOf = ({ at }: Figures): string => at.slice(0, 10);

/** The currencies that the house takes, the one of most nights first. */
export function currenciesOf(totals: Totals): string[] {
  return [...totals.money]
    .sort((a, b) => b.nightsAvailable - a.nightsAvailable || (a.currency < b.currency ? -1 : 1))
    .map(({ currency }) => currency);
}

function describedFigures(currency: string | undefined): readonly Described[] {
  const amount = (value: number) => (currency === undefined ? '–' : money(Math.round(value), currency));
  const of = (which: 'adrMinor' | 'revParMinor' | 'revenueMinor'): Value =>
    function ofCurrency({ money: all }) {
      return all.find((one) => one.currency === currency)?.[which] ?? null;
    };
  const points = (value: number) => t.admin.figures.points(Math.round(value * 1_000) / 10);
  const says = t.admin.figures.notes;
  return [
    {
      name: 'occupancy',
      of: ({ occupancy }) => occupancy,
      format: percentText,
      difference: points,
      reaches: 1,
      good: 'up',
      note: ({ nightsBooked, nightsAvailable }) => says.ofNights(numberText(nightsBooked), nightsAvailable),
    },
    { name: 'adr', of: of('adrMinor'), format: amount, good: 'up' },
    { name: 'revpar', of: of('revParMinor'), format: amount, good: 'up' },
    { name: 'revenue', of: of('revenueMinor'), format: amount, good: 'up' },
    {
      name: 'bookings',
      isCounted: true,
      of: ({ bookingsMade }) => bookingsMade,
      format: numberText,
      good: 'up',
      note: ({ holdsPlaced, holdsReplaced }) => says.ofHolds(holdsPlaced - holdsReplaced),
    },
    {
      name: 'conversion',
      isCounted: true,
      of: ({ conversion }) => conversion,
      format: percentText,
      difference: points,
      good: 'up',
      note: ({ holdsExpired, holdsReleased }) =>
        says.holdsEnded(numberText(holdsExpired), numberText(holdsReleased)),
    },
    {
      name: 'cancellations',
      isCounted: true,
      of: ({ bookingsCancelled }) => bookingsCancelled,
      format: numberText,
      good: 'down',
      note: ({ cancellationRate }) =>
        cancellationRate === null ? '' : says.rate(percentText(cancellationRate)),
    },
  ];
}
