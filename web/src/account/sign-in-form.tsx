import { type FormEvent, useState } from 'react';
import type { ErrorBody } from '../../../src/protocol/errors.ts';
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from '../../../src/protocol/limits.ts';
import { client, useOffline } from '../shared/live/client.ts';
import { Refusal } from '../shared/refusal.tsx';
import { t } from '../texts/index.ts';

export function SignInForm({ isNew, onDone }: { isNew: boolean; onDone: () => void }) {
  const offline = useOffline();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorBody>();
  const says = t.account;
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy) return;
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '');
    const credentials = { email: text('email').trim(), password: text('password') };
    setBusy(true);
    setError(undefined);
    const outcome = isNew
      ? await client.sessions.signUp({ ...credentials, name: text('name').trim() })
      : await client.sessions.signIn(credentials);
    setBusy(false);
    if (outcome.ok) onDone();
    else setError(outcome.error);
  };
  return (
    <form className="panel sign-in" onSubmit={(event) => void submit(event)}>
      {error !== undefined && <SignInRefusal error={error} />}
      {isNew && (
        <label className="field">
          <span>{says.name}</span>
          <input name="name" autoComplete="name" required maxLength={200} />
        </label>
      )}
      <label className="field">
        <span>{says.email}</span>
        <input name="email" type="email" autoComplete="username" required maxLength={254} />
      </label>
      <label className="field">
        <span>{says.password}</span>
        <input
          name="password"
          type="password"
          autoComplete={isNew ? 'new-password' : 'current-password'}
          required
          {...(isNew ? { minLength: PASSWORD_LENGTH_MIN } : {})}
          maxLength={PASSWORD_LENGTH_MAX}
        />
        {isNew && <small>{says.passwordRule(PASSWORD_LENGTH_MIN)}</small>}
      </label>
      <button type="submit" className="primary" disabled={offline} aria-disabled={busy}>
        {busy ? says.oneMoment : isNew ? says.signUp : says.signIn}
      </button>
    </form>
  );
}

function SignInRefusal({ error }: { error: ErrorBody }) {
  // Here `unauthenticated` is about what was typed, not about a session that has ended.
  if (error.code !== 'unauthenticated') return <Refusal error={error} />;
  return (
    <div className="refusal" role="alert" data-code={error.code}>
      <strong>{t.account.wrong}</strong>
      <p>{t.account.wrongWayOut}</p>
    </div>
  );
}
