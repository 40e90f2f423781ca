import { describe, expect, it } from 'vitest';
import { EmailAddress, normalEmail } from '../../src/protocol/email.ts';

describe('[G8] an e-mail address', () => {
  it.each([
    'ana@example.com',
    'r&b@example.com',
    'dept/ana=home@example.com',
    "o'neill+trip@mail.example.co.uk",
    '!#$%*?^_`{|}~-@example.com',
    'ana@bücher.example',
    'ana@例え.テスト',
    'ana@xn--bcher-kva.example',
    'ana@example.xn--p1ai',
    'a@1.example',
  ])('is %s', (address) => {
    expect(EmailAddress.parse(address)).toBe(address);
    expect(EmailAddress.parse(` ${address}\t`)).toBe(address);
    expect(EmailAddress.safeParse(normalEmail(address)).success).toBe(true);
  });

  it.each([
    '',
    'ana',
    '@example.com',
    'ana@',
    'ana@localhost',
    'a.@example.com',
    '.a@example.com',
    'a..b@example.com',
    'a b@example.com',
    'a@b@example.com',
    '"a b"@example.com',
    'ana@example..com',
    'ana@-example.com',
    'ana@example-.com',
    'ana@10.0.0.1',
    'ana@[10.0.0.1]',
    'ana@exam_ple.com',
    'ana@example.com/path',
    'ana@example.com\u202e',
    'a\nb@example.com',
    `${'a'.repeat(65)}@example.com`,
    `ana@${'a'.repeat(64)}.com`,
    `ana@${'a.'.repeat(125)}com`,
  ])('is not %s', (address) => {
    expect(EmailAddress.safeParse(address).success).toBe(false);
  });

  it('is the same in other case, between spaces and with its domain in other letters', () => {
    for (const other of [' Ana@BÜCHER.example', 'ana@bu\u0308cher.example', 'ANA@xn--bcher-kva.example'])
      expect(normalEmail(other)).toBe('ana@xn--bcher-kva.example');
    // What is no address is compared as it is.
    expect(normalEmail(' Nobody ')).toBe('nobody');
  });
});
