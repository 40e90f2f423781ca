/** A dialog over the page, there as long as it is drawn. */
import type { ReactNode } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import '../../styles/dialog.css';

export function ModalDialog({
  title,
  onClose,
  isAlert = false,
  isDismissable = !isAlert,
  isWide = false,
  children,
}: {
  title: string;
  onClose: () => void;
  /** It interrupts: something has happened, or is about to. */
  isAlert?: boolean;
  /** A click beside it closes it; the Escape key always does. */
  isDismissable?: boolean;
  /** Room for two fields side by side. */
  isWide?: boolean;
  children: ReactNode;
}) {
  return (
    <ModalOverlay
      className="overlay"
      isOpen
      isDismissable={isDismissable}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Modal className="modal" {...(isWide ? { 'data-wide': true } : {})}>
        <Dialog role={isAlert ? 'alertdialog' : 'dialog'} className="dialog">
          <Heading slot="title">{title}</Heading>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
