/** A dialog that says what will happen before it does, and what was wrong when it did not. */
import type { ReactNode } from 'react';
import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { ErrorBody, Outcome } from '../../../../src/protocol/errors.ts';
import { t } from '../../texts/index.ts';
import { Refusal } from '../refusal.tsx';
import { ModalDialog } from './modal-dialog.tsx';

export function AskedFirst<Data>({
  title,
  children,
  act,
  acting = t.account.oneMoment,
  leave,
  isDangerous = false,
  isDisabled = false,
  onAct,
  onDone,
  onClose,
}: {
  title: string;
  children: ReactNode;
  /** What the button says. */
  act: string;
  /** What it says while it is being done. */
  acting?: string;
  /** What the button says that leaves all as it is. */
  leave: string;
  isDangerous?: boolean;
  isDisabled?: boolean;
  onAct: () => Promise<Outcome<Data>>;
  onDone?: (data: Data) => void;
  onClose: () => void;
}) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorBody>();
  const perform = async () => {
    setBusy(true);
    setError(undefined);
    const outcome = await onAct();
    setBusy(false);
    if (!outcome.ok) return setError(outcome.error);
    onClose();
    onDone?.(outcome.data);
  };
  return (
    <ModalDialog title={title} isAlert isDismissable={!busy} onClose={onClose}>
      {children}
      {error !== undefined && <Refusal error={error} />}
      <div className="actions">
        <Button
          className={isDangerous ? 'danger' : 'primary'}
          isDisabled={busy || isDisabled}
          onPress={() => void perform()}
        >
          {busy ? acting : act}
        </Button>
        <Button className="quiet" isDisabled={busy} autoFocus onPress={onClose}>
          {leave}
        </Button>
      </div>
    </ModalDialog>
  );
}
