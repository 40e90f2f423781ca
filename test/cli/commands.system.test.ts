import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectOneSentence } from '../support/one-sentence.ts';
import { Program } from '../support/program.ts';

let program: Program;
beforeAll(async () => {
  program = await Program.create({ NIGHTLATCH_SEED: 'none' });
});
afterAll(() => program.remove());

async function signIn(
  email: string,
  password: string,
): Promise<{ status: number; kind: string | undefined }> {
  const answer = await fetch(`${program.url}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  const { subject } = (await answer.json()) as { subject?: { kind: string } };
  return { status: answer.status, kind: subject?.kind };
}

describe('the command line', () => {
  it('explains itself', async () => {
    const help = await program.run(['--help']);
    for (const command of ['serve', 'cluster', 'import', 'account', 'verify', 'refunds', 'erase', 'config'])
      expect(help.output).toContain(`  ${command}`);
    expect(help.output).toMatch(/NIGHTLATCH_HOLD_TTL_SECONDS .*\[600\]/);
    expect(help.code).toBe(0);
    const config = await program.run(['config']);
    expect(config.output).toMatch(/^\| `PORT` \| 3000 \| .+ \|$/m);
    expect(config.code).toBe(0);
  });

  it('refuses a command, a flag and a lack that it does not know', async () => {
    for (const [args, what] of [
      [['sreve'], /unknown command 'sreve'.*serve/s],
      [['serve', '--prot', '80'], /unknown option '--prot'/],
      [['account', 'a@example.com', '--role', 'king'], /Allowed choices are guest, host, admin/],
      [['import', 'listings'], /missing required argument 'file'/],
    ] as const) {
      const { code, output } = await program.run([...args]);
      expect(output).toMatch(what);
      expect(output).not.toMatch(/\n\s+at /);
      expect(code).toBe(1);
    }
  });

  it('account makes an admin who can sign in, gives a new password, and takes the role away again', async () => {
    const made = await program.run(['account', 'boss@example.com', '--role', 'admin']);
    const [, first] = /^boss@example\.com is an admin, password (\S+)$/m.exec(made.output) ?? [];
    expect(made.code).toBe(0);
    await program.start();
    expect(await signIn('boss@example.com', first ?? '')).toEqual({ status: 200, kind: 'admin' });

    const next = 'another password of theirs';
    const again = await program.run(['account', 'boss@example.com', '--role', 'admin'], {
      NIGHTLATCH_ACCOUNT_PASSWORD: next,
    });
    expect(again.output.trim()).toBe('boss@example.com is an admin');
    expect(again.code).toBe(0);
    expect((await signIn('boss@example.com', first ?? '')).status).toBe(401);
    expect(await signIn('boss@example.com', next)).toEqual({ status: 200, kind: 'admin' });

    const guest = await program.run(['account', 'boss@example.com', '--role', 'guest']);
    expect(guest.output.trim()).toBe('boss@example.com is a guest');
    expect(await signIn('boss@example.com', next)).toEqual({ status: 200, kind: 'guest' });
  });

  it('account says what is wrong with an address', async () => {
    expectOneSentence(
      await program.run(['account', 'boss', '--role', 'admin']),
      /^boss cannot be made an admin: email: send an e-mail address such as/,
    );
  });

  it('keys lists them without their secrets, rotates them under a running server, and says where it cannot', async () => {
    const [only = ''] = (await program.run(['keys'])).output.trim().split('\n');
    const secret = JSON.parse(await readFile(join(program.dataDir, 'keys.json'), 'utf8')).keys[0].secret;
    const rotated = await program.run(['keys', 'rotate']);
    expect(rotated.output).toMatch(
      /^Key \S+ in .*keys\.json signs from \S+Z; what others have signed stays good\.$/m,
    );
    const { output } = await program.run(['keys']);
    expect(output).toMatch(new RegExp(`^\\S+  signs from \\S+\n${only}\n$`));
    expect(output).not.toContain(secret);
    expect((await program.run(['keys', 'rotate', '--forget'])).output).toContain('is not good any more');
    const after = (await program.run(['keys'])).output;
    expect(after).toMatch(/^\S+ {2}signs from \S+$/m);
    expect(after).toMatch(new RegExp(`^${only}  forgotten at \\S+Z, opens contacts only$`, 'm'));

    const elsewhere = { NIGHTLATCH_KEYS_FILE: join(program.dataDir, 'no-such-folder/keys.json') };
    expectOneSentence(await program.run(['keys', 'rotate'], elsewhere), /cannot be written to .*\(ENOENT\)/);
    expectOneSentence(await program.run(['keys'], elsewhere), /there are no keys in .* yet/);
    const given = { NIGHTLATCH_AUTH_SECRET: 's'.repeat(32) };
    expectOneSentence(
      await program.run(['keys'], given),
      /in NIGHTLATCH_AUTH_SECRET, .*NIGHTLATCH_KEYS_FILE/,
    );
    expectOneSentence(await program.run(['serve'], elsewhere), /'nightlatch keys rotate'/);
  });

  it('peer-keys makes the file with what servers know so far, rotates it, and says where it cannot', async () => {
    const file = join(program.dataDir, '../peer-keys.json');
    const secret = 'what the servers of a test know so far';
    const given = { NIGHTLATCH_PEER_KEYS_FILE: file, NIGHTLATCH_PEER_SECRET: secret };
    expectOneSentence(
      await program.run(['peer-keys'], given),
      /no keys of servers in .* yet; .*peer-keys rotate/,
    );
    expect((await program.run(['peer-keys', 'rotate'], given)).output).toContain(
      'start each of them anew with',
    );
    expect(JSON.parse(await readFile(file, 'utf8')).keys).toMatchObject([{ secret }]);
    const [only = ''] = (await program.run(['peer-keys'], given)).output.trim().split('\n');
    expect((await program.run(['peer-keys', 'rotate'], given)).output).toMatch(
      /^Key \S+ in .*peer-keys\.json is used from \S+Z; others are refused a minute later\.$/m,
    );
    const { output } = await program.run(['peer-keys'], given);
    expect(output).toMatch(new RegExp(`^\\S+  is used from \\S+\n${only}\n$`));
    expect(output).not.toContain(secret);
    expect((await program.run(['peer-keys', 'rotate', '--forget'], given)).output).toContain(
      'others are refused.',
    );
    expect((await program.run(['peer-keys'], given)).output).toMatch(
      new RegExp(`^${only}  forgotten at \\S+Z, refused$`, 'm'),
    );
    expectOneSentence(
      await program.run(['peer-keys', 'rotate']),
      /in the database, .*NIGHTLATCH_PEER_KEYS_FILE/,
    );
  });

  it('verify is content beside a running server, and leaves it running', async () => {
    const { code, output } = await program.run(['verify']);
    expect(output).toMatch(/every calendar follows from the journal, no night is claimed twice/);
    expect(code).toBe(0);
    expect((await fetch(`${program.url}/readyz`)).status).toBe(200);
  });

  it('[B7] refunds lists what is refused, and says what it does not know', async () => {
    const { code, output } = await program.run(['refunds']);
    expect(output.trim()).toBe('no refund has been refused');
    expect(code).toBe(0);
    expectOneSentence(await program.run(['refunds', 'done', 'b1-x']), /^no refund of b1-x is refused/);
  });
});
