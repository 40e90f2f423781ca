/** Signing in and up, and back to where one came from. */

import { addressOf, Link, navigate, useAddress } from '../router.tsx';
import { useWho } from '../shared/live/client.ts';
import { isOpenHold, useMyStays } from '../shared/live/my-stays.ts';
import { t } from '../texts/index.ts';
import { SignInForm } from './sign-in-form.tsx';

export function SignInPage() {
  const { query } = useAddress();
  const next = safeNext(query.get('next'));
  const isNew = query.has('new');
  const who = useWho();
  const held = useMyStays().holds.filter(isOpenHold).length;
  const says = t.account;
  return (
    <section className="narrow">
      <h1>{isNew ? says.signUp : says.signIn}</h1>
      {who?.anonymous === true && held > 0 && (
        <p className="notice" role="status">
          {says.heldAsGuest(held)}
        </p>
      )}
      <SignInForm key={String(isNew)} isNew={isNew} onDone={() => navigate(next)} />
      <p>
        {isNew ? says.haveAccount : says.noAccount}{' '}
        <Link href={addressOf('/sign-in', { next, new: isNew ? undefined : 1 })}>
          {isNew ? says.signIn : says.signUp}
        </Link>
        . {says.withoutAccount}
      </p>
    </section>
  );
}

/** Only ever an address of this site: a link to sign in must not send people elsewhere. */
function safeNext(next: string | null): string {
  if (next === null) return '/';
  const url = new URL(next, window.location.origin);
  return url.origin === window.location.origin ? url.pathname + url.search : '/';
}
