/** A number, typed or counted up and down. */
import type { ReactNode } from 'react';
import { Button, Group, Input, Label, NumberField, type NumberFieldProps } from 'react-aria-components';
import '../../styles/fields.css';

export function Stepper({
  label,
  name,
  fewer,
  more,
  className = 'field',
  children,
  ...field
}: {
  label: ReactNode;
  /** Of the input, for what a browser fills in. */
  name?: string;
  /** What the two buttons do; "decrease" and "increase" with the label where nothing is said. */
  fewer?: string;
  more?: string;
  className?: string;
  /** Below the number: what explains it. */
  children?: ReactNode;
} & Omit<NumberFieldProps, 'children' | 'className' | 'name'>) {
  return (
    <NumberField {...field} className={className}>
      <Label>{label}</Label>
      <Group className="stepper">
        <Button slot="decrement" {...(fewer === undefined ? {} : { 'aria-label': fewer })}>
          −
        </Button>
        <Input {...(name === undefined ? {} : { name })} />
        <Button slot="increment" {...(more === undefined ? {} : { 'aria-label': more })}>
          +
        </Button>
      </Group>
      {children}
    </NumberField>
  );
}
