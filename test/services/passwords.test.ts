import { expect, it } from 'vitest';
import { PASSWORD_HASHES_AT_ONCE, PASSWORD_HASHES_WAITING_MAX } from '../../src/services/accounts/limits.ts';
import { TooManyPasswords } from '../../src/services/accounts/password-queue.ts';
import { hashPassword, verifyPassword } from '../../src/services/accounts/passwords.ts';

it('verifies its own hashes, and nothing else', async () => {
  const phc = await hashPassword('correct horse battery');
  expect(phc).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(await verifyPassword('correct horse battery', phc)).toBe(true);
  expect(await verifyPassword('correct horse batterz', phc)).toBe(false);
  expect(await hashPassword('correct horse battery')).not.toBe(phc);
});

it('takes a password composed differently for the same', async () => {
  const phc = await hashPassword('cafe\u0301 au lait');
  expect(await verifyPassword('caf\u00e9 au lait', phc)).toBe(true);
});

it('reads the parameters from the hash', async () => {
  // Made with m=64, t=1, p=1 by the same function of Node, so that older parameters go on working.
  const { argon2Sync } = await import('node:crypto');
  const nonce = Buffer.alloc(16, 7);
  const tag = argon2Sync('argon2id', {
    message: 'old password',
    nonce,
    memory: 64,
    passes: 1,
    parallelism: 1,
    tagLength: 32,
  });
  const b64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  const phc = `$argon2id$v=19$m=64,t=1,p=1$${b64(nonce)}$${b64(tag)}`;
  expect(await verifyPassword('old password', phc)).toBe(true);
});

it('does the work of a verification for an account that is not there, and says no', async () => {
  expect(await verifyPassword('whatever it may be', undefined)).toBe(false);
});

it('refuses to queue more than its bound', async () => {
  const most = PASSWORD_HASHES_AT_ONCE + PASSWORD_HASHES_WAITING_MAX;
  const all = await Promise.allSettled(
    Array.from({ length: most + 3 }, (_, i) => verifyPassword(`password ${i}`, undefined)),
  );
  const refused = all.filter((one) => one.status === 'rejected');
  expect(refused).toHaveLength(3);
  for (const one of refused) expect(one.reason).toBeInstanceOf(TooManyPasswords);
  expect(await verifyPassword('afterwards', undefined)).toBe(false);
});
