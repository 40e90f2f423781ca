/**
 * The cookie by which a browser is known as one of an account's devices (limits/sign-ins.ts). It signs nobody in: it says
 * that somebody who had the password has been here. No script reads it.
 */
import type { IncomingMessage } from 'node:http';
import { DEVICE_TTL_SECONDS } from '../../protocol/limits.ts';
import { DEVICES_PER_BROWSER_MAX } from '../limits.ts';

const NAME = 'nl_device';
const BETWEEN = '~';
const COOKIE = new RegExp(`(?:^|;\\s*)${NAME}=([\\w.~-]{1,2000})(?:;|$)`);

/** One of each account that has signed in on this browser, the latest first. */
export function deviceTokens({ headers }: IncomingMessage): string[] {
  const value = COOKIE.exec(headers.cookie ?? '')?.[1];
  return value === undefined ? [] : value.split(BETWEEN, DEVICES_PER_BROWSER_MAX);
}

/** @param tokens the latest first */
export function deviceCookie(request: IncomingMessage, tokens: readonly string[]): string {
  const value = tokens.slice(0, DEVICES_PER_BROWSER_MAX).join(BETWEEN);
  // Whoever writes the header decides about their own cookie alone, so that nobody needs to be believed.
  const isSecure = String(request.headers['x-forwarded-proto'] ?? '').includes('https');
  return `${NAME}=${value}; Path=/v1; Max-Age=${DEVICE_TTL_SECONDS}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
}
