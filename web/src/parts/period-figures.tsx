/** Figures of a period by day. Amounts are of one currency: amounts of several are never added up. */
import { useMemo } from 'react';
import { money, numberText, percentText } from '../format.ts';
import type { PeriodFigures as Shown } from '../live/figures.ts';
import type { DayFigures, FiguresTotals } from '../live/management.ts';
import type { Plotted } from '../plots/series.ts';
import { t } from '../texts/index.ts';
import { FigureCard } from './figure-card.tsx';

type Value = (figures: FiguresTotals) => number | null;
type Name = Exclude<keyof typeof t.admin.figures.byDay, 'note'>;

interface Described {
  readonly name: Name;
  readonly of: Value;
  readonly format: (value: number) => string;
  /** How a difference reads, where it is not what the figure itself is in. */
  readonly difference?: (value: number) => string;
  readonly reaches?: number;
  readonly good?: 'up' | 'down';
  readonly note?: (totals: FiguresTotals) => string;
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
  const { name, of, format, difference = format, reaches, good, note } = described;
  const { now, before } = figures;
  const says = t.admin.figures.byDay[name];
  const plotted = useMemo(() => byDay(now?.days ?? [], says.title, of), [now, says.title, of]);
  const value = now === undefined ? null : of(now.totals);
  return (
    <FigureCard
      id={name}
      title={says.title}
      means={says.means}
      value={value === null ? '–' : format(value)}
      {...(now !== undefined && note !== undefined ? { note: note(now.totals) } : {})}
      change={{
        now: value,
        before: before === undefined ? undefined : of(before.totals),
        format: difference,
        against: t.admin.change.thanBefore,
        ...(good === undefined ? {} : { good }),
      }}
      plot={{ plotted, format, ...(reaches === undefined ? {} : { reaches }) }}
    />
  );
}

function byDay(days: readonly DayFigures[], label: string, of: Value): Plotted {
  return {
    time: 'dates',
    xs: days.map(({ date }) => Date.parse(`${date}T00:00:00Z`) / 1_000),
    series: [{ label, values: days.map(of) }],
  };
}

/** The currencies that the house takes, the one of most nights first. */
export function currenciesOf(totals: FiguresTotals): string[] {
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
  const points = (value: number) => t.admin.figures.points(numberText(value * 100));
  const says = t.admin.figures.notes;
  return [
    {
      name: 'occupancy',
      of: ({ occupancy }) => occupancy,
      format: percentText,
      difference: points,
      reaches: 1,
      good: 'up',
      note: ({ nightsBooked, nightsAvailable }) =>
        says.ofNights(numberText(nightsBooked), numberText(nightsAvailable)),
    },
    { name: 'adr', of: of('adrMinor'), format: amount, good: 'up' },
    { name: 'revpar', of: of('revParMinor'), format: amount, good: 'up' },
    { name: 'revenue', of: of('revenueMinor'), format: amount, good: 'up' },
    {
      name: 'bookings',
      of: ({ bookingsMade }) => bookingsMade,
      format: numberText,
      good: 'up',
      note: ({ holdsPlaced, holdsReplaced }) => says.ofHolds(numberText(holdsPlaced - holdsReplaced)),
    },
    {
      name: 'conversion',
      of: ({ conversion }) => conversion,
      format: percentText,
      difference: points,
      good: 'up',
      note: ({ holdsExpired, holdsReleased }) =>
        says.holdsEnded(numberText(holdsExpired), numberText(holdsReleased)),
    },
    {
      name: 'cancellations',
      of: ({ bookingsCancelled }) => bookingsCancelled,
      format: numberText,
      good: 'down',
      note: ({ cancellationRate }) =>
        cancellationRate === null ? '' : says.rate(percentText(cancellationRate)),
    },
  ];
}
