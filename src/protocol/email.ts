/** The one rule of what an e-mail address is: for accounts, contacts and settings. */
import { z } from 'zod';

/** With its two parts and the @ (RFC 5321, section 4.5.3.1.3, less the brackets of a path). */
export const EMAIL_LENGTH_MAX = 254;
const LOCAL_LENGTH_MAX = 64;
/** RFC 1035, section 2.3.4. */
const LABEL_LENGTH_MAX = 63;

/** Atoms and dots between them (RFC 5322, section 3.2.3): `&` and `/` too. What only quotes allow nobody has. */
const LOCAL = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
/** Two labels at least, in letters of any script (RFC 5890); the last is not all digits, as an address of a machine's is. */
const DOMAIN =
  /^(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?\.)+(?!\d+$)[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?$/u;

/** As its owner writes it, without the spaces that a form or a paste leaves around it. @param wrong what is said of another */
export function emailAddress(wrong: string) {
  return z
    .string()
    .trim()
    .normalize('NFC')
    .max(EMAIL_LENGTH_MAX)
    .refine(isEmailAddress, wrong)
    .meta({ format: 'idn-email' });
}
export const EmailAddress = emailAddress('send an e-mail address such as ana@example.com');

function isEmailAddress(text: string): boolean {
  const at = text.lastIndexOf('@');
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 1 || local.length > LOCAL_LENGTH_MAX || !LOCAL.test(local) || !DOMAIN.test(domain)) return false;
  return asciiDomain(domain) !== undefined;
}

/** In the same letters for everybody who means the same address: without case, spaces, or a domain of two spellings. */
export function normalEmail(text: string): string {
  const email = text.trim().normalize('NFC').toLowerCase();
  const at = email.lastIndexOf('@') + 1;
  return email.slice(0, at) + (asciiDomain(email.slice(at)) ?? email.slice(at));
}

/** As the name system knows it: `bücher.example` is `xn--bcher-kva.example`; undefined where it can be no name. */
function asciiDomain(domain: string): string | undefined {
  if (!DOMAIN.test(domain)) return undefined;
  try {
    const { hostname } = new URL(`http://${domain}`);
    return hostname.split('.').every((label) => label.length <= LABEL_LENGTH_MAX) ? hostname : undefined;
  } catch {
    return undefined;
  }
}
