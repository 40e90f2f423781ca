/** What every part of the form leans on: the draft, the way to change it, and what is wrong with it. */
import { createContext, useContext } from 'react';
import type { ManagedApartment } from '../../../../src/client/index.ts';
import type { FieldError } from '../../../../src/protocol/errors.ts';
import type { Draft, DraftPath, ValueAt } from './draft.ts';

export interface ListingForm {
  readonly draft: Draft;
  /** What is saved; undefined for a new apartment. */
  readonly base: Draft | undefined;
  readonly apartment: ManagedApartment | undefined;
  /** Nothing can be changed any more. */
  readonly isRetired: boolean;
  readonly problems: readonly FieldError[];
  /** Night number of today at the apartment. */
  readonly today: number;
  /** @param value undefined takes an optional one away */
  set<Path extends DraftPath>(path: Path, value: ValueAt<Path> | undefined): void;
}

export const FormContext = createContext<ListingForm | undefined>(undefined);

export function useForm(): ListingForm {
  const form = useContext(FormContext);
  if (form === undefined) throw new Error('a part of the listing form stands outside of it');
  return form;
}
