/** Two have changed the same apartment: what the other changed, and which value stands where both did. */
import { useState } from 'react';
import { Button, Label, Radio, RadioGroup } from 'react-aria-components';
import { ModalDialog } from '../../shared/widgets/modal-dialog.tsx';
import { t } from '../../texts/index.ts';
import { type DraftPath, draftOf, valueAt, withValue } from './draft.ts';
import type { Conflict } from './use-listing.ts';
import { valueTexts } from './value-text.ts';

type Side = 'mine' | 'theirs';

export function ConflictDialog({
  conflict,
  onChosen,
}: {
  conflict: Conflict;
  onChosen: (draft: Conflict['merged']) => void;
}) {
  const { base, mine, latest, clashes, theirs, merged } = conflict;
  const other = draftOf(latest);
  const [sides, setSides] = useState<Partial<Record<DraftPath, Side>>>({});
  const sideOf = (path: DraftPath): Side => sides[path] ?? 'mine';
  const all = (side: Side) => setSides(Object.fromEntries(clashes.map((path) => [path, side])));
  const goOn = () =>
    onChosen(
      clashes
        .filter((path) => sideOf(path) === 'theirs')
        .reduce((draft, path) => withValue(draft, path, valueAt(other, path)), merged),
    );
  const says = t.hosting.conflict;
  return (
    <ModalDialog title={says.title} isWide isAlert onClose={goOn}>
      <p>{says.because}</p>
      {theirs.length > 0 && (
        <>
          <p>{says.theirs}</p>
          <ul>
            {theirs.map((path) => (
              <li key={path}>
                {t.hosting.form.fromTo(t.hosting.fields[path].label, ...valueTexts(base, other, path))}
              </li>
            ))}
          </ul>
        </>
      )}
      {clashes.length > 0 && <p>{says.clash}</p>}
      {clashes.map((path) => {
        const [own, others] = valueTexts(mine, other, path);
        return (
          <RadioGroup
            key={path}
            className="form-field"
            value={sideOf(path)}
            onChange={(side) => setSides((known) => ({ ...known, [path]: side as Side }))}
          >
            <Label>{t.hosting.fields[path].label}</Label>
            <Radio value="mine" className="radio-line">
              <span className="dot" aria-hidden="true" />
              {says.mine(own)}
            </Radio>
            <Radio value="theirs" className="radio-line">
              <span className="dot" aria-hidden="true" />
              {says.other(others)}
            </Radio>
          </RadioGroup>
        );
      })}
      {clashes.length > 1 && (
        <div className="actions">
          <Button className="quiet" onPress={() => all('mine')}>
            {says.keepAll}
          </Button>
          <Button className="quiet" onPress={() => all('theirs')}>
            {says.takeAll}
          </Button>
        </div>
      )}
      <p className="muted">{says.afterwards}</p>
      <div className="actions">
        <Button className="primary" onPress={goOn}>
          {says.goOn}
        </Button>
      </div>
    </ModalDialog>
  );
}
