import { Button, Group, Input, Label, NumberField } from 'react-aria-components';
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
    <NumberField
      className="field guests"
      value={guests}
      minValue={1}
      maxValue={guestsMax}
      onChange={(next) => {
        // Emptied: what stood there stands again.
        if (next >= 1) onChange(next);
      }}
    >
      <Label>{says.guests}</Label>
      <Group className="stepper">
        <Button slot="decrement" aria-label={says.fewerGuests}>
          −
        </Button>
        <Input name="guests" />
        <Button slot="increment" aria-label={says.moreGuests}>
          +
        </Button>
      </Group>
    </NumberField>
  );
}
