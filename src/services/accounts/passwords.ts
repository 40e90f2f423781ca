/**
 * Password hashes: argon2id off the main thread, as PHC strings
 * (https://github.com/P-H-C/phc-string-format), with the parameters of OWASP's password storage cheat sheet.
 */
import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { PASSWORD_HASHES_AT_ONCE, PASSWORD_HASHES_WAITING_MAX } from './limits.ts';

/** 19 MiB, 2 passes, 1 lane. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const TAG_BYTES = 32;
const SALT_BYTES = 16;
const PHC =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

/** Too many passwords are being checked already: thrown before memory grows. */
export class TooManyPasswords extends Error {}

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const tag = await derive(password, {
    nonce: salt,
    memory: MEMORY_KIB,
    passes: PASSES,
    parallelism: LANES,
    tagLength: TAG_BYTES,
  });
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${unpadded(salt)}$${unpadded(tag)}`;
}

/**
 * @param phc undefined where there is no such account: the same work is done and the answer is false, so that
 *   the time taken does not tell which e-mail addresses have an account
 */
export async function verifyPassword(password: string, phc: string | undefined): Promise<boolean> {
  const fields = PHC.exec(phc ?? NOBODY);
  if (fields === null) throw new Error('a stored password hash is no argon2id PHC string');
  const expected = Buffer.from(fields[5] as string, 'base64');
  const tag = await derive(password, {
    nonce: Buffer.from(fields[4] as string, 'base64'),
    memory: Number(fields[1]),
    passes: Number(fields[2]),
    parallelism: Number(fields[3]),
    tagLength: expected.length,
  });
  return timingSafeEqual(tag, expected) && phc !== undefined;
}

/** Of no password that anybody has. */
const NOBODY = `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${unpadded(randomBytes(SALT_BYTES))}$${unpadded(randomBytes(TAG_BYTES))}`;

let running = 0;
const waiting: (() => void)[] = [];

/** Few at once: each takes 19 MiB and a thread of the pool that file and name look-ups share. */
async function derive(password: string, parameters: Omit<Argon2Parameters, 'message'>): Promise<Buffer> {
  if (running >= PASSWORD_HASHES_AT_ONCE) {
    if (waiting.length >= PASSWORD_HASHES_WAITING_MAX) {
      throw new TooManyPasswords(`${PASSWORD_HASHES_WAITING_MAX} passwords wait to be checked already`);
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else {
    running++;
  }
  try {
    // The same password typed on another keyboard may arrive composed differently.
    const message = password.normalize('NFC');
    return await new Promise<Buffer>((resolve, reject) =>
      argon2('argon2id', { ...parameters, message }, (error, tag) => (error ? reject(error) : resolve(tag))),
    );
  } finally {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
