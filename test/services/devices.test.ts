import { expect, it } from 'vitest';
import { Devices } from '../../src/services/accounts/devices.ts';
import { KeyRing, onlyKey, type RootKey } from '../../src/services/accounts/key-ring.ts';
import { newSecret } from '../../src/services/accounts/keys-file.ts';
import { DEVICE_TTL_MS } from '../../src/services/accounts/limits.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
let nowMs = 1_800_000_000_000;
const key = (fromMs = 0): RootKey => ({ ...onlyKey(newSecret()), fromMs });
const devices = new Devices(new KeyRing([key()], () => nowMs), () => nowMs);

it('[G3] a device is known by its token, for its e-mail address and for as long as it lives', () => {
  const token = devices.issue('ana@example.com');
  const id = devices.recognise('ana@example.com', token);
  expect(id).toMatch(/^[\w-]{16}$/);
  expect(devices.recognise('ana@example.com', devices.issue('ana@example.com'))).not.toBe(id);
  expect(devices.recognise('ben@example.com', token)).toBeUndefined();
  nowMs += DEVICE_TTL_MS - 1_000;
  expect(devices.recognise('ana@example.com', token)).toBe(id);
  nowMs += 1_000;
  expect(devices.recognise('ana@example.com', token)).toBeUndefined();
});

it('[G3] a token that was made up or changed is none', () => {
  const token = devices.issue('ana@example.com');
  const [id, until = '', signature] = token.split('.');
  const later = (Number.parseInt(until, 36) + 1_000).toString(36);
  const made = ['', '..', 'x'.repeat(5_000), token.slice(1), `${token}x`, `${id}.${later}.${signature}`];
  for (let at = 0; at < token.length; at++) {
    made.push(`${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`);
  }
  const last = ALPHABET.indexOf(token.slice(-1));
  made.push(token.slice(0, -1) + ALPHABET[last + 1]);
  for (const each of made) expect(devices.recognise('ana@example.com', each), each).toBeUndefined();
});

it('[G3] a device is known while the key that signed its token is in the ring, whichever signs now', () => {
  const [old, next] = [key(), key(1)];
  const ring = new KeyRing([old], () => nowMs);
  const devices = new Devices(ring, () => nowMs);
  const token = devices.issue('ana@example.com');
  ring.replace([old, next]);
  expect(devices.recognise('ana@example.com', token)).toBeDefined();
  const newer = devices.issue('ana@example.com');
  ring.replace([next]);
  expect(devices.recognise('ana@example.com', token)).toBeUndefined();
  expect(devices.recognise('ana@example.com', newer)).toBeDefined();
});
