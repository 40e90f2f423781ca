/**
 * The bank asks back before it lets a payment through. A real provider opens the bank's own page here, with the
 * client secret of the refusal; behind the sandbox there is nobody who could be asked, and the dialog says so.
 */
import { useOffline } from '../../shared/live/client.ts';
import { ModalDialog } from '../../shared/widgets/modal-dialog.tsx';
import { t } from '../../texts/index.ts';
import { isolated } from '../../texts/isolated.ts';
import { Countdown } from './countdown.tsx';

export function BankDialog({
  total,
  apartmentName,
  expiresAt,
  onApprove,
  onClose,
}: {
  total: string;
  apartmentName: string;
  /** Of the hold that is to be paid. */
  expiresAt: string;
  onApprove: () => void;
  onClose: () => void;
}) {
  const says = t.apartment.bank;
  const isOffline = useOffline();
  return (
    <ModalDialog title={says.heading} isAlert onClose={onClose}>
      <p className="bank-question">{says.question(total, isolated(apartmentName))}</p>
      <p className="muted small">{says.sandbox}</p>
      <p className="bank-left">
        {says.left} <Countdown expiresAt={expiresAt} />
      </p>
      <div className="actions">
        <button type="button" className="primary" disabled={isOffline} onClick={onApprove}>
          {says.approve}
        </button>
        <button type="button" className="quiet" onClick={onClose}>
          {says.refuse}
        </button>
      </div>
    </ModalDialog>
  );
}
