/** One of several, in a list that opens. */
import type { ReactNode } from 'react';
import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue } from 'react-aria-components';
import { Explained } from './fields.tsx';

export function Choice<Value extends string>({
  id,
  label,
  help,
  wrong = [],
  value,
  options,
  onChange,
  isDisabled = false,
}: {
  id?: string;
  label: string;
  help?: ReactNode;
  wrong?: readonly string[];
  value: Value;
  options: readonly { readonly id: Value; readonly name: string }[];
  onChange: (value: Value) => void;
  isDisabled?: boolean;
}) {
  return (
    <Select
      className="form-field"
      value={value}
      onChange={(key) => {
        if (key !== null) onChange(key as Value);
      }}
      isDisabled={isDisabled}
      isInvalid={wrong.length > 0}
      validationBehavior="aria"
      {...(id === undefined ? {} : { id })}
    >
      <Label>{label}</Label>
      <Button className="select">
        <SelectValue />
        <span aria-hidden="true">▾</span>
      </Button>
      <Explained help={help} wrong={wrong} />
      <Popover className="popover">
        <ListBox items={options} className="options">
          {({ id: key, name }) => (
            <ListBoxItem id={key} className="option" textValue={name}>
              {name}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}
