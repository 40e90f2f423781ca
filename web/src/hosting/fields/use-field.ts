/** A field of the draft by its path: its value, its words, and what is wrong with it. */
import { t } from '../../texts/index.ts';
import { type Draft, type DraftPath, type ValueAt, valueAt } from '../draft/draft.ts';
import { useForm } from '../draft/form.ts';

/** The paths whose values are of this type. */
export type PathOf<Value> = {
  [Path in DraftPath]: ValueAt<Path> extends Value | undefined ? Path : never;
}[DraftPath];

export function useField<Path extends DraftPath>(path: Path) {
  const { draft, problems, set, isRetired } = useForm();
  const wrong = problems.filter((problem) => problem.path === path || problem.path.startsWith(`${path}.`));
  return {
    value: valueAt(draft as Draft, path),
    set: (value: ValueAt<Path> | undefined) => set(path, value),
    isDisabled: isRetired,
    wrong,
    ...t.hosting.fields[path],
  };
}
