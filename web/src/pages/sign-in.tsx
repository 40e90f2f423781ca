import { type FormEvent, useState } from 'react';
import type { ErrorBody } from '../../../src/protocol/errors.ts';
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from '../../../src/protocol/limits.ts';
import { client, useOffline, useWho } from '../live/client.ts';
import { isOpenHold, useMyStays } from '../live/my-stays.ts';
import { Refusal } from '../parts/refusal.tsx';
import { addressOf, Link, navigate, useAddress } from '../router.tsx';

export function SignInPage() {
  const { query } = useAddress();
  const next = safeNext(query.get('next'));
  const isNew = query.has('new');
  const who = useWho();
  const held = useMyStays().holds.filter(isOpenHold).length;
  return (
    <section className="narrow">
      <h1>{isNew ? 'Sign up' : 'Sign in'}</h1>
      {who?.anonymous === true && held > 0 && (
        <p className="notice" role="status">
          You hold {held === 1 ? 'a stay' : `${held} stays`} as a guest without an account. Confirm first: it
          does not move to the account you sign in with.
        </p>
      )}
      <SignInForm key={String(isNew)} isNew={isNew} onDone={() => navigate(next)} />
      <p>
        {isNew ? 'You have an account?' : 'No account yet?'}{' '}
        <Link href={addressOf('/sign-in', { next, new: isNew ? undefined : 1 })}>
          {isNew ? 'Sign in' : 'Sign up'}
        </Link>
        . You can also hold and book without one.
      </p>
    </section>
  );
}

export function SignInForm({ isNew, onDone }: { isNew: boolean; onDone: () => void }) {
  const offline = useOffline();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorBody>();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
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
          <span>Name</span>
          <input name="name" autoComplete="name" required maxLength={200} />
        </label>
      )}
      <label className="field">
        <span>E-mail</span>
        <input name="email" type="email" autoComplete="username" required maxLength={254} />
      </label>
      <label className="field">
        <span>Password</span>
        <input
          name="password"
          type="password"
          autoComplete={isNew ? 'new-password' : 'current-password'}
          required
          {...(isNew ? { minLength: PASSWORD_LENGTH_MIN } : {})}
          maxLength={PASSWORD_LENGTH_MAX}
        />
        {isNew && <small>At least {PASSWORD_LENGTH_MIN} characters.</small>}
      </label>
      <button type="submit" className="primary" disabled={busy || offline}>
        {busy ? 'One moment …' : isNew ? 'Sign up' : 'Sign in'}
      </button>
    </form>
  );
}

function SignInRefusal({ error }: { error: ErrorBody }) {
  // Here `unauthenticated` is about what was typed, not about a session that has ended.
  if (error.code !== 'unauthenticated') return <Refusal error={error} />;
  return (
    <div className="refusal" role="alert" data-code={error.code}>
      <strong>That is not the e-mail and password of an account</strong>
      <p>Check both and try again.</p>
    </div>
  );
}

/** Only ever an address of this site: a link to sign in must not send people elsewhere. */
function safeNext(next: string | null): string {
  if (next === null) return '/';
  const url = new URL(next, window.location.origin);
  return url.origin === window.location.origin ? url.pathname + url.search : '/';
}
