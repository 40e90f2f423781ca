import { type FormEvent, useState } from 'react';
import type { GuestContact } from './guest-contact.ts';
import { readContact, writeContact } from './guest-contact.ts';

const METHODS = [
  ['sandbox_ok', 'Card that works'],
  ['sandbox_declined', 'Card that is declined'],
  ['sandbox_action_required', 'Card whose bank asks back'],
  ['sandbox_slow', 'Slow bank (5 seconds)'],
  ['sandbox_late', 'Bank that answers too late'],
  ['sandbox_down', 'Bank that is down'],
] as const;

/** What was typed stays, also when the hold ends: holding again is one click and the form is as it was left. */
export function ConfirmForm({
  total,
  busy,
  disabled,
  onConfirm,
}: {
  total: string;
  busy: boolean;
  disabled: boolean;
  onConfirm: (guest: GuestContact, method: string) => void;
}) {
  const [guest, setGuest] = useState(readContact);
  const [method, setMethod] = useState<string>('sandbox_ok');
  const change = (changes: Partial<GuestContact>) => {
    const next = { ...guest, ...changes };
    setGuest(next);
    writeContact(next);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onConfirm(guest, method);
  };
  return (
    <form className="confirm" onSubmit={submit}>
      <label className="field">
        <span>Name</span>
        <input
          name="name"
          autoComplete="name"
          required
          maxLength={200}
          value={guest.name}
          onChange={({ target }) => change({ name: target.value })}
        />
      </label>
      <label className="field">
        <span>E-mail</span>
        <input
          name="email"
          type="email"
          autoComplete="email"
          required
          maxLength={254}
          value={guest.email}
          onChange={({ target }) => change({ email: target.value })}
        />
      </label>
      <label className="field">
        <span>Payment</span>
        <select name="method" value={method} onChange={({ target }) => setMethod(target.value)}>
          {METHODS.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
        <small>A sandbox: no money moves. Each choice shows what a real payment can do.</small>
      </label>
      <button type="submit" className="primary" disabled={busy || disabled}>
        {busy ? 'Paying …' : `Confirm and pay ${total}`}
      </button>
    </form>
  );
}
