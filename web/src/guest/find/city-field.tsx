import { useEffect, useState } from 'react';
import { Button, ComboBox, Group, Input, Label, ListBox, ListBoxItem, Popover } from 'react-aria-components';
import { t } from '../../texts/index.ts';
import '../../styles/fields.css';
import '../../styles/popover.css';

/** Chosen from the list or typed: the server compares without case and accents, and knows cities that no list has. */
export function CityField({
  city,
  cities,
  onChange,
}: {
  city: string;
  cities: readonly string[];
  onChange: (city: string) => void;
}) {
  const [typed, setTyped] = useState(city);
  useEffect(() => setTyped(city), [city]);
  const says = t.find;
  const commit = (text: string) => {
    const next = text.trim();
    if (next !== city) onChange(next);
  };
  return (
    <ComboBox
      className="field city"
      allowsCustomValue
      allowsEmptyCollection
      menuTrigger="focus"
      inputValue={typed}
      onInputChange={setTyped}
      onSelectionChange={(key) => {
        if (key === null) return;
        setTyped(String(key));
        commit(String(key));
      }}
      onBlur={() => commit(typed)}
      defaultItems={cities.map((name) => ({ name }))}
    >
      <Label>{t.common.fields.city}</Label>
      <Group className="combo">
        <Input
          name="city"
          placeholder={says.anywhere}
          maxLength={100}
          onKeyDown={({ key, currentTarget }) => {
            // An option that is marked is taken by the list.
            if (key === 'Enter' && !currentTarget.hasAttribute('aria-activedescendant')) commit(typed);
          }}
        />
        <Button aria-label={says.showCities}>
          <span aria-hidden="true">▾</span>
        </Button>
      </Group>
      <Popover className="popover list">
        <ListBox renderEmptyState={() => <p className="muted small">{says.noSuchCity}</p>}>
          {({ name }: { name: string }) => (
            <ListBoxItem id={name} textValue={name} className="option">
              {name}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
