/** Amenities as tags: typed one after the other, taken away one by one. */
import { useState } from 'react';
import { Button, Group, Input, Label, Tag, TagGroup, TagList, Text, TextField } from 'react-aria-components';
import { t } from '../../texts/index.ts';
import { fieldId } from '../draft/field-places.ts';
import { useField } from '../fields/use-field.ts';

const AMENITY_LENGTH_MAX = 60;

export function Amenities() {
  const { value: amenities, set, isDisabled, wrong, label, help } = useField('amenities');
  const [typed, setTyped] = useState('');
  const says = t.hosting.listing;
  const add = () => {
    const amenity = typed.trim();
    if (amenity !== '' && !amenities.includes(amenity)) set([...amenities, amenity]);
    setTyped('');
  };
  return (
    <div id={fieldId('amenities')} className="form-field">
      <TagGroup
        onRemove={(keys) => set(amenities.filter((amenity) => !keys.has(amenity)))}
        selectionMode="none"
      >
        <Label>{label}</Label>
        <TagList
          className="tags"
          items={amenities.map((id) => ({ id }))}
          renderEmptyState={() => <span className="muted">{says.noAmenities}</span>}
        >
          {({ id }) => (
            <Tag id={id} textValue={id} className="tag">
              {id}
              {!isDisabled && (
                <Button slot="remove" aria-label={says.remove(id)}>
                  ×
                </Button>
              )}
            </Tag>
          )}
        </TagList>
        <Text slot="description" className="help">
          {help}
        </Text>
        {wrong.length > 0 && (
          <Text slot="errorMessage" className="wrong">
            {wrong.map(({ message }) => message).join(' ')}
          </Text>
        )}
      </TagGroup>
      {!isDisabled && (
        <TextField
          className="form-field add-tag"
          value={typed}
          onChange={setTyped}
          maxLength={AMENITY_LENGTH_MAX}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            // Enter adds the amenity; it does not save the form.
            event.preventDefault();
            add();
          }}
        >
          <Label>{says.add}</Label>
          <Group className="number-group">
            <Input autoComplete="off" />
            <Button onPress={add}>{says.addButton}</Button>
          </Group>
          <Text slot="description" className="help">
            {says.addHelp}
          </Text>
        </TextField>
      )}
    </div>
  );
}
