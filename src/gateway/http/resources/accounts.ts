/** Accounts and sessions. */
import type { Outcome } from '../../../protocol/errors.ts';
import { Session } from '../../../protocol/resources.ts';
import { network } from '../../addresses/address.ts';
import type { Caller } from '../../caller.ts';
import { subjectOf } from '../../commands.ts';
import type { Bearer } from '../../ports.ts';
import { ok, type ResourceParts } from '../resource.ts';
import { type Call, type Router, tooMany } from '../route.ts';
import * as $ from '../schemas.ts';

export function accountRoutes(route: Router, { accounts, limits, security }: ResourceParts): void {
  route('POST', '/v1/accounts', {
    access: 'anyone',
    does: 'Sign a guest up; with the token of an anonymous guest, whose holds and bookings are kept',
    forgives: true,
    takes: { body: $.SignUp },
    status: 201,
    answers: Session,
    async run({ body, address, caller, ...call }) {
      const turn = await limits.signIns.signUp(address);
      if ('waitMs' in turn) return limited(turn.waitMs);
      const bearer = bearerOf(caller);
      const outcome = await accounts.signUp(body, { network: network(address), turn, bearer });
      if (outcome.ok) {
        keepDevice(body.email, call);
        security.tell({ event: 'sign_up.succeeded', subjectId: outcome.data.subject.id });
      }
      return outcome;
    },
  });
  route('POST', '/v1/sessions', {
    access: 'anyone',
    does: 'Sign in; with the token of an anonymous guest, whose holds and bookings come along',
    forgives: true,
    takes: { body: $.SignIn },
    answers: Session,
    async run({ body, address, caller, ...call }) {
      const { email } = body;
      const deviceId = accounts.deviceOf(email, call.deviceTokens);
      const attempt = await limits.signIns.signIn({ email, address, deviceId });
      if ('waitMs' in attempt) return limited(attempt.waitMs);
      const outcome = await accounts.signIn(body, { turn: attempt.turn, bearer: bearerOf(caller) });
      const known = deviceId !== undefined;
      const how = howItEnded(outcome);
      if (outcome.ok) {
        keepDevice(email, call);
        security.tell({ event: 'sign_in.succeeded', subjectId: outcome.data.subject.id, known });
      } else if (how === 'wrong') security.tell({ event: 'sign_in.failed', known });
      await attempt.ended(how);
      return outcome;
    },
  });
  route('POST', '/v1/sessions/guest', {
    access: 'anyone',
    does: 'Become an anonymous guest',
    answers: Session,
    async run({ address }) {
      const waitMs = await limits.guest(address);
      if (waitMs !== undefined) return limited(waitMs);
      const session = await accounts.anonymous(network(address));
      security.tell({ event: 'guest.began', subjectId: session.subject.id });
      return ok(session);
    },
  });
  route('POST', '/v1/sessions/refresh', {
    access: 'anyone',
    does: 'Renew a session',
    takes: { body: $.Refresh },
    answers: Session,
    async run({ body }) {
      const outcome = await accounts.refresh(body.refreshToken);
      if (outcome.ok) security.tell({ event: 'session.renewed', subjectId: outcome.data.subject.id });
      else if (outcome.error.code === 'unauthenticated')
        security.tell({ event: 'token.refused', by: 'refresh' });
      return outcome;
    },
  });
  route('DELETE', '/v1/sessions/current', {
    access: 'subject',
    does: 'Sign out',
    answers: $.Empty,
    async run({ caller }) {
      if (caller.sessionId !== undefined) await accounts.signOut(caller.sessionId);
      security.tell({ event: 'session.signed_out', subjectId: subjectOf(caller).id });
      return ok({});
    },
  });

  /** Known again next time, in place of what it was known by for this account. */
  function keepDevice(
    email: string,
    { deviceTokens, keepDevices }: Pick<Call, 'deviceTokens' | 'keepDevices'>,
  ): void {
    const others = deviceTokens.filter((token) => accounts.deviceOf(email, [token]) === undefined);
    keepDevices([accounts.deviceToken(email), ...others]);
  }
}

function bearerOf({ subject, sessionId }: Caller): Bearer | undefined {
  return subject === undefined || sessionId === undefined ? undefined : { subject, sessionId };
}

function howItEnded(outcome: Outcome<unknown>): 'right' | 'wrong' | 'untried' {
  if (outcome.ok) return 'right';
  return outcome.error.code === 'unauthenticated' ? 'wrong' : 'untried';
}

function limited(retryAfterMs: number): Outcome<never> {
  return { ok: false, error: tooMany(retryAfterMs) };
}
