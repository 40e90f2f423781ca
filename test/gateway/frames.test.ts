import fc from 'fast-check';
import { expect, it } from 'vitest';
import { frameOf, mostFrameBytes, writeFrame } from '../../src/gateway/sockets/packets.ts';

/** RFC 6455, section 5.2: a text frame, whole and unmasked. */
function payloadOf(frame: Buffer): string {
  expect(frame[0]).toBe(0x81);
  const short = frame[1]!;
  const [from, length] =
    short < 126
      ? [2, short]
      : short === 126
        ? [4, frame.readUInt16BE(2)]
        : [10, Number(frame.readBigUInt64BE(2))];
  // The shortest form of the length is the only one allowed.
  expect(from).toBe(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  expect(frame).toHaveLength(from + length);
  return frame.toString('utf8', from);
}

const AROUND = [0, 1, 40, 124, 125, 126, 127, 21_845, 65_534, 65_535, 65_536, 70_000];

it('a frame is its text, however many bytes its characters are, at each length of a header', () => {
  const texts = AROUND.flatMap((length) =>
    ['a', 'é', '€', '🏠'].flatMap((character) => [
      character.repeat(length),
      'a'.repeat(Math.max(0, length - 1)) + character,
    ]),
  );
  for (const text of texts) expect(payloadOf(frameOf(text)) === text).toBe(true);
});

it('frames follow each other without a gap', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 200 }), { maxLength: 5 }), (texts) => {
      const target = Buffer.alloc(texts.reduce((sum, text) => sum + mostFrameBytes(text), 0));
      let at = 0;
      for (const text of texts) {
        const end = writeFrame(target, at, text);
        expect(payloadOf(target.subarray(at, end))).toBe(text);
        at = end;
      }
    }),
  );
});
