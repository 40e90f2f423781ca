import { expect, it } from 'vitest';
import { Frames } from '../../src/persistence/journal/postgres-messages.ts';

/** The types of the messages, one letter each. */
function typesOf(frames: Frames): string {
  const bytes = frames.bytes();
  let types = '';
  for (let at = 0; at < bytes.length; at += 1 + bytes.readInt32BE(at + 1))
    types += String.fromCharCode(bytes[at]!);
  return types;
}

it('a statement is prepared with its first use, and again as long as no use of it was carried out', () => {
  const frames = new Frames();
  const batch = (...names: string[]) => {
    frames.reset();
    for (const name of names) frames.run(name);
    frames.sync();
    return typesOf(frames);
  };
  frames.parseLate('rare', 'select 1');
  // Close, Parse, Bind, Execute, Sync.
  expect(batch('often', 'rare')).toBe('BECPBES');
  // That was refused; another batch, which does not have it, is carried out.
  expect(batch('often')).toBe('BES');
  frames.carriedOut();
  expect(batch('rare')).toBe('CPBES');
  frames.carriedOut();
  expect(batch('rare', 'often')).toBe('BEBES');
});
