/** One of many, found by typing a part of its name. */
import { Button, ComboBox, Group, Input, Label, ListBox, ListBoxItem, Popover } from 'react-aria-components';
import { t } from '../../texts/index.ts';
import type { DraftPath } from '../draft/draft.ts';
import { fieldId } from '../draft/field-places.ts';
import { Explained } from './explained.tsx';
import { useField } from './use-field.ts';
import '../../styles/fields.css';
import '../../styles/popover.css';

export function SearchChoice({
  path,
  options,
}: {
  path: Extract<DraftPath, 'terms.timeZone' | 'terms.currency'>;
  options: readonly string[];
}) {
  const { value, set, isDisabled, wrong, label, help } = useField(path);
  return (
    <ComboBox
      id={fieldId(path)}
      className="form-field"
      // UTC, for one, is a zone that browsers have and do not list.
      defaultItems={[...new Set([value, ...options])].map((id) => ({ id }))}
      value={value}
      onChange={(key) => {
        if (key !== null) set(String(key));
      }}
      isDisabled={isDisabled}
      isInvalid={wrong.length > 0}
      validationBehavior="aria"
      menuTrigger="focus"
    >
      <Label>{label}</Label>
      <Group className="combo">
        <Input />
        <Button aria-label={t.hosting.listOf(label)}>▾</Button>
      </Group>
      <Explained help={help} wrong={wrong.map(({ message }) => message)} />
      <Popover className="popover list">
        <ListBox<{ id: string }>>
          {({ id }) => (
            <ListBoxItem id={id} className="option" textValue={id}>
              {id}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
