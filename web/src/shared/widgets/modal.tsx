/** A dialog over the page that has been opened by what the page is in, such as a conflict. */
import type { ReactNode } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';

export function ModalDialog({
  title,
  onClose,
  isAlert = false,
  children,
}: {
  title: string;
  onClose: () => void;
  isAlert?: boolean;
  children: ReactNode;
}) {
  return (
    <ModalOverlay
      className="modal-overlay"
      isOpen
      isDismissable={!isAlert}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Modal className="modal">
        <Dialog role={isAlert ? 'alertdialog' : 'dialog'} className="modal-dialog">
          <Heading slot="title">{title}</Heading>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
