import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isSameContact } from '../../src/protocol/kept-contact.ts';
import { KeyRing, onlyKey } from '../../src/services/accounts/key-ring.ts';
import { KEY_LEAD_MS } from '../../src/services/accounts/limits.ts';
import {
  type Belonging,
  type GuestKey,
  makeKey,
  openContact,
  rewrap,
  sealContact,
  unwrap,
} from '../../src/services/contacts/seal.ts';

const rootOf = (secret: string) => new KeyRing([onlyKey(secret)], () => 0).wrapping('guest keys');
const ROOT = rootOf('s'.repeat(32));
const OF: Belonging = { guestId: 'ana', apartmentId: 'a1', holdId: 'h1-x' };
const CONTACT = { name: 'Ana', email: 'ana@example.com' };

function newKey(guestId = OF.guestId): GuestKey {
  return makeKey(ROOT, guestId).key;
}
/** Each bit of it that is another, one at a time. */
function* damaged(bytes: Buffer): Generator<Buffer> {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    yield changed;
  }
}

describe('[S7] a contact that is sealed', () => {
  it('is opened by its guest’s key, and says nothing to anybody else', () => {
    const key = newKey();
    const sealed = sealContact(key, OF, CONTACT);
    expect(openContact(key, OF, sealed)).toEqual(CONTACT);
    expect(Buffer.from(sealed.split('.')[2]!, 'base64url').toString('latin1')).not.toMatch(/ana|example/i);
    expect(openContact(newKey(), OF, sealed)).toBeUndefined();
    expect(openContact({ ...newKey(), id: key.id }, OF, sealed)).toBeUndefined();
  });

  it('is of one guest, one apartment and one hold: in another’s row it cannot be opened', () => {
    const key = newKey();
    const sealed = sealContact(key, OF, CONTACT);
    for (const other of [{ guestId: 'ben' }, { apartmentId: 'a2' }, { holdId: 'h2-x' }])
      expect(openContact(key, { ...OF, ...other }, sealed)).toBeUndefined();
  });

  it('cannot be changed by a bit, nor opened where it is something else', () => {
    const key = newKey();
    const [version, id, text = ''] = sealContact(key, OF, CONTACT).split('.');
    for (const changed of damaged(Buffer.from(text, 'base64url')))
      expect(openContact(key, OF, `${version}.${id}.${changed.toString('base64url')}`)).toBeUndefined();
    for (const other of ['', '1', `1.${id}`, `1.${id}.`, `2.${id}.${text}`, `1.${'x'.repeat(12)}.${text}`])
      expect(openContact(key, OF, other)).toBeUndefined();
  });

  it('has a nonce of its own for everything that is sealed, and says the same twice in the same words', () => {
    const key = newKey();
    const others: [Belonging, typeof CONTACT][] = [
      [OF, CONTACT],
      [OF, { ...CONTACT, name: 'Anna' }],
      [OF, { name: 'Anaana', email: '@example.com' }],
      [{ ...OF, holdId: 'h2-x' }, CONTACT],
      [{ ...OF, apartmentId: 'a2' }, CONTACT],
    ];
    const nonces = others.map(([of, contact]) =>
      Buffer.from(sealContact(key, of, contact).split('.')[2]!, 'base64url').toString('hex', 0, 12),
    );
    expect(new Set(nonces).size).toBe(others.length);
    expect(sealContact(key, OF, CONTACT)).toBe(sealContact(key, OF, CONTACT));
    expect(sealContact(newKey(), OF, CONTACT)).not.toBe(sealContact(key, OF, CONTACT));
  });

  it('[I3] is the same as one that says the same, and as what it cannot be compared with', () => {
    const [key, later] = [newKey(), newKey()];
    const sealed = (by: GuestKey, name: string) => ({ sealed: sealContact(by, OF, { ...CONTACT, name }) });
    expect(isSameContact(sealed(key, 'Ana'), sealed(key, 'Ana'))).toBe(true);
    expect(isSameContact(sealed(key, 'Ana'), sealed(key, 'Eve'))).toBe(false);
    expect(isSameContact(CONTACT, { ...CONTACT, name: 'Eve' })).toBe(false);
    // Kept by a program of before, or under a key that was erased since.
    expect(isSameContact(CONTACT, sealed(key, 'Ana'))).toBe(true);
    expect(isSameContact(sealed(later, 'Ana'), sealed(key, 'Ana'))).toBe(true);
  });

  it('is read for ever as it was first written', () => {
    const golden = JSON.parse(readFileSync(new URL('../golden/contact-v1.json', import.meta.url), 'utf8'));
    const root = rootOf(golden.secret);
    expect(root.id).toBe(golden.wrappedBy);
    const key = unwrap(root, golden.of.guestId, golden.id, Buffer.from(golden.wrapped, 'base64'))!;
    expect(openContact(key, golden.of, golden.sealed)).toEqual(golden.contact);
    expect(sealContact(key, golden.of, golden.contact)).toBe(golden.sealed);
  });
});

describe('[S7] the key of a guest', () => {
  it('is unwrapped by the key over it, for that guest alone', () => {
    const { key, wrapped } = makeKey(ROOT, 'ana');
    const { id } = key;
    expect(unwrap(ROOT, 'ana', id, wrapped)).toEqual(key);
    expect(unwrap(ROOT, 'ben', id, wrapped)).toBeUndefined();
    expect(unwrap(ROOT, 'ana', 'another', wrapped)).toBeUndefined();
    expect(unwrap(rootOf('t'.repeat(32)), 'ana', id, wrapped)).toBeUndefined();
    expect(unwrap(ROOT, 'ana', id, Buffer.alloc(3))).toBeUndefined();
    for (const changed of damaged(wrapped)) expect(unwrap(ROOT, 'ana', id, changed)).toBeUndefined();
  });

  it('stays the same, wrapped by another, and what it has sealed is opened as before', () => {
    const next = rootOf('t'.repeat(32));
    const { key, wrapped } = makeKey(ROOT, 'ana');
    const { id } = key;
    const sealed = sealContact(key, OF, CONTACT);
    const again = rewrap(ROOT, next, { guestId: 'ana', id, wrapped })!;
    expect(openContact(unwrap(next, 'ana', id, again)!, OF, sealed)).toEqual(CONTACT);
    expect(unwrap(ROOT, 'ana', id, again)).toBeUndefined();
    expect(rewrap(next, ROOT, { guestId: 'ana', id, wrapped })).toBeUndefined();
  });
});

describe('the ring, over the keys of guests', () => {
  const keyAt = (id: string, fromMs: number) => ({ id, secret: id.repeat(32), fromMs });

  it('wraps by the newest that all servers have read, opens by all, and says which another has followed', () => {
    const ring = new KeyRing([keyAt('a', 0), keyAt('b', 10), keyAt('c', 30)], () => 29 + KEY_LEAD_MS);
    expect(ring.wrapping('guest keys').id).toBe('b');
    expect(ring.followed).toEqual(['a']);
    expect(['a', 'b', 'c', 'd'].map((id) => ring.opening('guest keys', id)?.id)).toEqual([
      'a',
      'b',
      'c',
      undefined,
    ]);
  });

  it('opens by one that is forgotten, which signs and verifies nothing any more', () => {
    let nowMs = 20 + KEY_LEAD_MS;
    const ring = new KeyRing([keyAt('a', 0), keyAt('b', 10)], () => nowMs);
    let lost = 0;
    ring.onLost(() => lost++);
    ring.replace([
      { ...keyAt('a', 0), forgottenMs: nowMs },
      { ...keyAt('b', 10), forgottenMs: nowMs },
      keyAt('c', nowMs),
    ]);
    expect(lost).toBe(1);
    expect(ring.all('access token').map(({ id }) => id)).toEqual(['c']);
    expect(ring.oldest('origin').id).toBe('c');
    expect(ring.opening('guest keys', 'a')?.id).toBe('a');
    expect(ring.ids).toEqual(['c', 'b', 'a']);
    // Others may not have read the new one yet.
    expect([ring.wrapping('guest keys').id, ring.followed]).toEqual(['b', []]);
    nowMs += KEY_LEAD_MS;
    expect([ring.wrapping('guest keys').id, ring.followed]).toEqual(['c', ['b', 'a']]);
  });
});
