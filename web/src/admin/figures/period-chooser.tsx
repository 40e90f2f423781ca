/** Which days the figures are about: one of a few usual periods, or dates of one's own. */
import { plusDays } from '../../format.ts';
import { Choice } from '../../shared/widgets/choice.tsx';
import { DateRange } from '../../shared/widgets/date-range.tsx';
import { t } from '../../texts/index.ts';
import { type Period, PRESET_NAMES, type Preset } from './period.ts';

export function PeriodChooser({
  period,
  preset,
  onPreset,
  onPeriod,
}: {
  period: Period;
  /** Undefined where the dates are of one's own. */
  preset: Preset | undefined;
  onPreset: (preset: Preset) => void;
  onPeriod: (period: Period) => void;
}) {
  const says = t.admin.period;
  return (
    <>
      <Choice
        label={says.title}
        options={[
          ...PRESET_NAMES.map((key) => ({ key: key as Preset | 'own', text: says.presets[key] })),
          ...(preset === undefined ? [{ key: 'own' as const, text: says.own }] : []),
        ]}
        value={preset ?? 'own'}
        onChoose={(key) => {
          if (key !== 'own') onPreset(key);
        }}
      />
      <DateRange
        label={says.days}
        // People name the last day; a period ends with the day after it.
        value={{ start: period.from, end: plusDays(period.to, -1) }}
        onChange={(days) => {
          if (days !== undefined) onPeriod({ from: days.start, to: plusDays(days.end, 1) });
        }}
      />
    </>
  );
}
