/** A dialog over the page, there as long as it is drawn. */
import type { ReactNode } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { t } from '../../texts/index.ts';
import { useOffline } from '../live/client.ts';
import '../../styles/dialog.css';

export function ModalDialog({
  title,
  onClose,
  isAlert = false,
  isDismissable = !isAlert,
  isBusy = false,
  isWide = false,
  children,
}: {
  title: string;
  onClose: () => void;
  /** It interrupts: something has happened, or is about to. */
  isAlert?: boolean;
  /** A click beside it closes it; the Escape key does in any case. */
  isDismissable?: boolean;
  /** Something is being done: nothing closes it before it can say what came of it. */
  isBusy?: boolean;
  /** Room for two fields side by side. */
  isWide?: boolean;
  children: ReactNode;
}) {
  const isOffline = useOffline();
  return (
    <ModalOverlay
      className="overlay"
      isOpen
      isDismissable={isDismissable && !isBusy}
      isKeyboardDismissDisabled={isBusy}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Modal className="modal" {...(isWide ? { 'data-wide': true } : {})}>
        <Dialog role={isAlert ? 'alertdialog' : 'dialog'} className="dialog">
          <Heading slot="title">{title}</Heading>
          {/* The page's own notice is out of sight and hearing behind it. */}
          {isOffline && (
            <p className="notice" role="alert">
              {t.shell.offline}
            </p>
          )}
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
