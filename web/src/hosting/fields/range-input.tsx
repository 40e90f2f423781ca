/** Two dates of a form, with what explains them. */
import type { ReactNode } from 'react';
import { DateRange, type DateRangeProps } from '../../shared/widgets/date-range.tsx';
import { Explained } from './explained.tsx';

export function RangeInput({
  help,
  wrong = [],
  ...range
}: { help?: ReactNode; wrong?: readonly string[] } & Pick<
  DateRangeProps,
  'label' | 'value' | 'onChange' | 'min' | 'max' | 'markOf'
>) {
  return (
    <DateRange {...range} className="form-field" isInvalid={wrong.length > 0}>
      <Explained help={help} wrong={wrong} />
    </DateRange>
  );
}
