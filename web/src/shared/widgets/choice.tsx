/** One of a few, in react-aria's select. */
import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue } from 'react-aria-components';

export interface Option<Key extends string> {
  readonly key: Key;
  readonly text: string;
}

export function Choice<Key extends string>({
  label,
  options,
  value,
  onChoose,
}: {
  label: string;
  options: readonly Option<Key>[];
  value: Key;
  onChoose: (key: Key) => void;
}) {
  return (
    <Select
      className="field choice"
      value={value}
      onChange={(key) => {
        if (key !== null) onChoose(key as Key);
      }}
    >
      <Label>{label}</Label>
      <Button className="quiet choice-button">
        <SelectValue />
        <span aria-hidden="true">▾</span>
      </Button>
      <Popover className="popover list choice-popover">
        <ListBox items={options}>
          {({ key, text }) => (
            <ListBoxItem id={key} textValue={text} className="option choice-item">
              {text}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}
