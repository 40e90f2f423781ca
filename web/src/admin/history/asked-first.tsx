/** A dialog that says what will happen before it does, and what was wrong when it did not. */
import type { ReactNode } from 'react';
import { useState } from 'react';
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import type { ErrorBody, Outcome } from '../../../../src/protocol/errors.ts';
import { Refusal } from '../../shared/refusal.tsx';
import { t } from '../../texts/index.ts';
import '../../styles/admin-dialog.css';

export function AskedFirst({
  title,
  children,
  act,
  isDangerous = false,
  onAct,
  onClose,
}: {
  title: string;
  children: ReactNode;
  /** What the button says. */
  act: string;
  isDangerous?: boolean;
  onAct: () => Promise<Outcome<unknown>>;
  onClose: () => void;
}) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorBody>();
  const perform = async () => {
    setBusy(true);
    setError(undefined);
    const outcome = await onAct();
    setBusy(false);
    if (outcome.ok) onClose();
    else setError(outcome.error);
  };
  return (
    <ModalOverlay
      className="asked-overlay"
      isOpen
      isDismissable
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Modal className="asked">
        <Dialog role="alertdialog" className="asked-dialog">
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
          {error !== undefined && <Refusal error={error} />}
          <div className="actions">
            <Button
              className={isDangerous ? 'danger' : 'primary'}
              isDisabled={busy}
              onPress={() => void perform()}
            >
              {busy ? t.account.oneMoment : act}
            </Button>
            <Button className="quiet" autoFocus onPress={onClose}>
              {t.history.open.leave}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
