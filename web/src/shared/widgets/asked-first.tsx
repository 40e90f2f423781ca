/** A dialog that says what the server will do before it is asked to, and what was wrong when it did not. */
import type { ReactNode } from 'react';
import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { ErrorBody, Outcome } from '../../../../src/protocol/errors.ts';
import { t } from '../../texts/index.ts';
import { useOffline } from '../live/client.ts';
import { Refusal } from '../refusal.tsx';
import { ModalDialog } from './modal-dialog.tsx';

export function AskedFirst<Data>({
  title,
  children,
  act,
  acting = t.account.oneMoment,
  leave,
  isDangerous = false,
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
  onAct: () => Promise<Outcome<Data>>;
  onDone?: (data: Data) => void;
  onClose: () => void;
}) {
  const isOffline = useOffline();
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
    <ModalDialog title={title} isAlert isDismissable isBusy={busy} onClose={onClose}>
      {children}
      {error !== undefined && <Refusal error={error} />}
      <div className="actions">
        <Button
          className={isDangerous ? 'danger' : 'primary'}
          isDisabled={isOffline}
          // Not disabled meanwhile: it keeps the focus it was pressed with.
          isPending={busy}
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
