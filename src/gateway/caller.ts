/** Who is asking, and whether they may. Whose hold or booking it is, the apartment says. */
import { type ErrorBody, errorBody } from '../protocol/errors.ts';
import type { Subject } from '../protocol/resources.ts';
import type { VerifiedToken } from './ports.ts';

export interface Caller {
  readonly subject: Subject | undefined;
  readonly sessionId: string | undefined;
  /** When the token behind `subject` runs out, epoch ms. */
  readonly expiresAtMs: number;
}

/** `anyone`: also without a token. `manager`: a host or an admin, and then only on apartments they may manage. */
export type Access = 'anyone' | 'subject' | 'manager' | 'admin';

export const NOBODY: Caller = { subject: undefined, sessionId: undefined, expiresAtMs: 0 };

export function callerOf(token: VerifiedToken): Caller {
  return { subject: token.subject, sessionId: token.sessionId, expiresAtMs: token.expiresAtMs };
}

/** Undefined where the caller may. Says nothing about whose apartment, hold or booking it is. */
export function refusalFor(caller: Caller, access: Access, nowMs: number): ErrorBody | undefined {
  if (access === 'anyone') return undefined;
  const { subject } = caller;
  if (subject === undefined) return NO_TOKEN;
  if (caller.expiresAtMs <= nowMs) return EXPIRED;
  if (access === 'subject' || subject.kind === 'admin') return undefined;
  if (access === 'manager' && subject.kind === 'host') return undefined;
  return access === 'manager' ? NO_MANAGER : NO_ADMIN;
}

export const BAD_TOKEN = errorBody(
  'unauthenticated',
  'the access token is not valid (any more); renew it with your refresh token, or sign in',
);
const NO_TOKEN = errorBody('unauthenticated', 'this needs an access token; sign in, or become a guest');
const EXPIRED = errorBody(
  'unauthenticated',
  'the access token has expired; renew it with your refresh token and send `authenticate`',
);
const NO_MANAGER = errorBody('forbidden', 'this is for the host of the apartment and for admins');
export const NO_ADMIN = errorBody('forbidden', 'this is for admins');
