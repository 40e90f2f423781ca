/**
 * Password hashes: argon2id off the main thread, as PHC strings
 * (https://github.com/P-H-C/phc-string-format), with the parameters of OWASP's password storage cheat sheet.
 */
import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import type { PasswordTurn } from '../../gateway/ports.ts';
import { PasswordQueue } from './password-queue.ts';

/** 19 MiB, 2 passes, 1 lane. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const TAG_BYTES = 32;
const SALT_BYTES = 16;
const PHC =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

/** Of the program itself. */
const OWN: PasswordTurn = { from: undefined, rank: 'known' };

/** @throws TooManyPasswords */
export async function hashPassword(password: string, turn = OWN): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const tag = await derive(password, turn, {
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
 * @throws TooManyPasswords
 */
export async function verifyPassword(
  password: string,
  phc: string | undefined,
  turn = OWN,
): Promise<boolean> {
  const fields = PHC.exec(phc ?? NOBODY);
  if (fields === null) throw new Error('a stored password hash is no argon2id PHC string');
  const expected = Buffer.from(fields[5] as string, 'base64');
  const tag = await derive(password, turn, {
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

/** Hashes take memory and the threads that file and name look-ups share, so all wait in one line. */
const queue = new PasswordQueue();

function derive(
  password: string,
  turn: PasswordTurn,
  parameters: Omit<Argon2Parameters, 'message'>,
): Promise<Buffer> {
  // The same password typed on another keyboard may arrive composed differently.
  const message = password.normalize('NFC');
  return queue.run(
    turn,
    () =>
      new Promise<Buffer>((resolve, reject) =>
        argon2('argon2id', { ...parameters, message }, (error, tag) =>
          error ? reject(error) : resolve(tag),
        ),
      ),
  );
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
