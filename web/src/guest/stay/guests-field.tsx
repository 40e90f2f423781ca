import { Stepper } from '../../shared/widgets/stepper.tsx';
import { t } from '../../texts/index.ts';

export function GuestsField({
  guests,
  guestsMax,
  onChange,
}: {
  guests: number;
  guestsMax: number;
  onChange: (guests: number) => void;
}) {
  const says = t.find;
  return (
    <Stepper
      label={t.common.fields.guests}
      name="guests"
      fewer={says.fewerGuests}
      more={says.moreGuests}
      value={guests}
      minValue={1}
      maxValue={guestsMax}
      onChange={(next) => {
        // Emptied: what stood there stands again.
        if (next >= 1) onChange(next);
      }}
    />
  );
}
