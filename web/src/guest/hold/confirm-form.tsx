/** Who books, and how they pay. The list of methods is the browser's own: on a phone it is the wheel people know. */
import type { FormEvent } from 'react';
import { t } from '../../texts/index.ts';
import { type ConfirmDraft, METHODS, type Method } from './confirm-draft.ts';

export function ConfirmForm({
  draft,
  total,
  busy,
  hindrance,
  onChange,
  onConfirm,
}: {
  draft: ConfirmDraft;
  /** With its currency. */
  total: string;
  busy: boolean;
  /** Why nothing can be paid right now. */
  hindrance: string | undefined;
  onChange: (draft: ConfirmDraft) => void;
  onConfirm: () => void;
}) {
  const says = t.apartment.pay;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!busy) onConfirm();
  };
  return (
    <form className="confirm" onSubmit={submit}>
      <label className="field">
        <span>{says.name}</span>
        <input
          name="name"
          autoComplete="name"
          required
          maxLength={200}
          readOnly={busy}
          value={draft.name}
          onChange={({ target }) => onChange({ ...draft, name: target.value })}
        />
      </label>
      <label className="field">
        <span>{says.email}</span>
        <input
          name="email"
          type="email"
          autoComplete="email"
          required
          maxLength={254}
          readOnly={busy}
          value={draft.email}
          onChange={({ target }) => onChange({ ...draft, email: target.value })}
        />
      </label>
      <label className="field">
        <span>{says.payment}</span>
        <select
          name="method"
          value={draft.method}
          aria-describedby="sandbox"
          onChange={({ target }) => onChange({ ...draft, method: target.value as Method })}
        >
          {METHODS.map((method) => (
            <option key={method} value={method}>
              {says.methods[method]}
            </option>
          ))}
        </select>
      </label>
      <small className="muted" id="sandbox">
        {says.sandbox}
      </small>
      {/* While it is being paid the button keeps the focus it was pressed with. */}
      <button
        type="submit"
        className="primary"
        disabled={hindrance !== undefined}
        aria-disabled={busy}
        aria-describedby={hindrance === undefined ? undefined : 'no-pay'}
      >
        {busy ? says.paying : says.confirm(total)}
      </button>
      {hindrance !== undefined && (
        <p className="small muted" id="no-pay">
          {hindrance}
        </p>
      )}
    </form>
  );
}
