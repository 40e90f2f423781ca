/** A page for some kinds of accounts; everybody else is asked to sign in with one. */
import type { ReactNode } from 'react';
import type { Who } from '../../../src/client/index.ts';
import { useWho } from '../shared/live/client.ts';
import { t } from '../texts/index.ts';
import { SignInForm } from './sign-in-form.tsx';

export function StaffOnly({
  kinds,
  title,
  invitation,
  children,
}: {
  kinds: readonly Who['subject']['kind'][];
  title: string;
  invitation: string;
  children: ReactNode;
}) {
  const who = useWho();
  if (who !== undefined && kinds.includes(who.subject.kind)) return children;
  return (
    <section className="narrow">
      <h1>{title}</h1>
      <p>{who === undefined || who.anonymous ? invitation : t.account.notStaff}</p>
      <SignInForm isNew={false} onDone={() => {}} />
    </section>
  );
}
