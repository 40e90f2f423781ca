/** One of a few, in a list that opens. */
import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue } from 'react-aria-components';
import '../../styles/fields.css';
import '../../styles/popover.css';

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
      className="field"
      value={value}
      onChange={(key) => {
        if (key !== null) onChoose(key as Key);
      }}
    >
      <Label>{label}</Label>
      <Button className="choice-button">
        <SelectValue />
        <span aria-hidden="true">▾</span>
      </Button>
      <Popover className="popover list">
        <ListBox items={options}>
          {({ key, text }) => (
            <ListBoxItem id={key} textValue={text} className="option">
              {text}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}
