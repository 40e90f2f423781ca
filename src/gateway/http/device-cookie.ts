/**
 * The cookie by which a browser is known as one of an account's devices (limits/sign-ins.ts). It signs nobody in: it says
 * that somebody who had the password has been here. No script reads it.
 */
import type { IncomingMessage } from 'node:http';
import { DEVICE_TTL_SECONDS } from '../../protocol/limits.ts';
import { DEVICES_PER_BROWSER_MAX } from '../limits.ts';

/**
 * Over TLS a browser takes this name with `Secure`, `Path=/` and no `Domain` alone (RFC 6265bis, section 4.1.3.2), so that
 * no site beside this one can have set it.
 */
const NAME_OVER_TLS = '__Host-nl_device';
/** Without TLS; and over it, of browsers that have had it from before. */
const NAME = 'nl_device';
const BETWEEN = '~';
const cookieOf = (name: string) => new RegExp(`(?:^|;\\s*)${name}=([\\w.~-]{1,2000})(?:;|$)`);
const COOKIES = [cookieOf(NAME_OVER_TLS), cookieOf(NAME)];

/** One of each account that has signed in on this browser, the latest first. */
export function deviceTokens({ headers }: IncomingMessage): string[] {
  const { cookie = '' } = headers;
  const tokens = COOKIES.flatMap((one) => one.exec(cookie)?.[1]?.split(BETWEEN) ?? []);
  return [...new Set(tokens)].slice(0, DEVICES_PER_BROWSER_MAX);
}

/** @param tokens the latest first */
export function deviceCookie(request: IncomingMessage, tokens: readonly string[]): string {
  const value = tokens.slice(0, DEVICES_PER_BROWSER_MAX).join(BETWEEN);
  // Whoever writes the header decides about their own cookie alone, so that nobody needs to be believed.
  const isTls = String(request.headers['x-forwarded-proto'] ?? '').includes('https');
  const kept = `Max-Age=${DEVICE_TTL_SECONDS}; HttpOnly; SameSite=Strict`;
  return isTls ? `${NAME_OVER_TLS}=${value}; Path=/; ${kept}; Secure` : `${NAME}=${value}; Path=/v1; ${kept}`;
}
