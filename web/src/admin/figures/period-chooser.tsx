/** Which days the figures are about: one of a few usual periods, or dates of one's own. */
import { Choice } from '../../shared/widgets/choice.tsx';
import { t } from '../../texts/index.ts';
import { OwnDays } from './own-days.tsx';
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
      <OwnDays period={period} onPeriod={onPeriod} />
    </>
  );
}
