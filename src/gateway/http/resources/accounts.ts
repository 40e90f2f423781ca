/** Accounts and sessions. */
import type { Outcome } from '../../../protocol/errors.ts';
import { Session } from '../../../protocol/resources.ts';
import { ok, type ResourceParts } from '../resource.ts';
import { type Router, tooMany } from '../route.ts';
import * as $ from '../schemas.ts';

export function accountRoutes(route: Router, { accounts, limits }: ResourceParts): void {
  route('POST', '/v1/accounts', {
    access: 'anyone',
    does: 'Sign a guest up',
    takes: { body: $.SignUp },
    status: 201,
    answers: Session,
    async run({ body, address }) {
      const waitMs = await limits.signIn(body.email, address);
      return waitMs === undefined ? accounts.signUp(body) : limited(waitMs);
    },
  });
  route('POST', '/v1/sessions', {
    access: 'anyone',
    does: 'Sign in',
    takes: { body: $.SignIn },
    answers: Session,
    async run({ body, address }) {
      const waitMs = await limits.signIn(body.email, address);
      if (waitMs !== undefined) return limited(waitMs);
      const outcome = await accounts.signIn(body);
      if (outcome.ok) await limits.signedIn(body.email, address);
      return outcome;
    },
  });
  route('POST', '/v1/sessions/guest', {
    access: 'anyone',
    does: 'Become an anonymous guest',
    answers: Session,
    async run({ address }) {
      const waitMs = await limits.guest(address);
      return waitMs === undefined ? ok(await accounts.anonymous()) : limited(waitMs);
    },
  });
  route('POST', '/v1/sessions/refresh', {
    access: 'anyone',
    does: 'Renew a session',
    takes: { body: $.Refresh },
    answers: Session,
    run: ({ body }) => accounts.refresh(body.refreshToken),
  });
  route('DELETE', '/v1/sessions/current', {
    access: 'subject',
    does: 'Sign out',
    answers: $.Empty,
    async run({ caller }) {
      if (caller.sessionId !== undefined) await accounts.signOut(caller.sessionId);
      return ok({});
    },
  });
}

function limited(retryAfterMs: number): Outcome<never> {
  return { ok: false, error: tooMany(retryAfterMs) };
}
