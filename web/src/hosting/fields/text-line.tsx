/** A text of the draft. */
import type { ReactNode } from 'react';
import { Input, Label, TextArea, TextField } from 'react-aria-components';
import { fieldId } from '../draft/field-places.ts';
import { Explained } from './explained.tsx';
import { type PathOf, useField } from './use-field.ts';

export function TextLine({
  path,
  rows,
  maxLength,
  effect,
}: {
  path: PathOf<string>;
  /** More than one line. */
  rows?: number;
  maxLength?: number;
  effect?: ReactNode;
}) {
  const { value, set, isDisabled, wrong, label, help } = useField(path);
  return (
    <TextField
      id={fieldId(path)}
      className="form-field"
      value={value as string}
      onChange={set as (text: string) => void}
      isDisabled={isDisabled}
      isInvalid={wrong.length > 0}
      validationBehavior="aria"
      {...(maxLength === undefined ? {} : { maxLength })}
    >
      <Label>{label}</Label>
      {rows === undefined ? <Input autoComplete="off" /> : <TextArea rows={rows} />}
      <Explained help={help} effect={effect} wrong={wrong.map(({ message }) => message)} />
    </TextField>
  );
}
