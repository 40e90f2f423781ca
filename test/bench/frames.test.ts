import { describe, expect, it } from 'vitest';
import {
  type Answer,
  clientFrames,
  eventPacket,
  holdIdOf,
  integerAfter,
  readAnswer,
  textAfter,
} from '../../bench/driver/frames.ts';

const blank = (): Answer => ({ ackId: -1, ok: false, packet: '' });

describe('packets', () => {
  it('writes an event that asks for an acknowledgement', () => {
    expect(eventPacket(17, 'hold', '{"requestId":"r"}')).toBe('42/v1,17["hold",{"requestId":"r"}]');
  });

  it('reads an acknowledgement: its id, whether it is ok, and what is in it', () => {
    const packet = '43/v1,1204[{"ok":true,"data":{"hold":{"id":"h-1","version":42}}}]';
    const answer = blank();
    expect(readAnswer(packet, answer)).toBe(true);
    expect(answer).toEqual({ ackId: 1204, ok: true, packet });
    expect(textAfter(packet, '"hold":{"id":"')).toBe('h-1');
    expect(integerAfter(packet, '"version":')).toBe(42);
  });

  it('reads a refusal, and a server that writes its keys in another order', () => {
    const answer = blank();
    const refusal = '43/v1,0[{"ok":false,"error":{"code":"nights_unavailable"}}]';
    expect(readAnswer(refusal, answer) && !answer.ok).toBe(true);
    expect(textAfter(refusal, '"code":"')).toBe('nights_unavailable');
    readAnswer('43/v1,3[{"data":{},"ok":true}]', answer);
    expect(answer).toMatchObject({ ackId: 3, ok: true });
  });

  it.each(['2', '0{"sid":"x"}', '42/v1,["hold",{"hold":{}}]', '43/v1,[{"ok":true}]', '43/v1/admin,1[{}]'])(
    'takes %s for no acknowledgement',
    (packet) => {
      expect(readAnswer(packet, blank())).toBe(false);
    },
  );

  it('finds the id of a hold however its keys are ordered, and does not go on without one', () => {
    expect(holdIdOf('43/v1,1[{"ok":true,"data":{"hold":{"id":"h-1"}}}]')).toBe('h-1');
    expect(holdIdOf('43/v1,1[{"ok":true,"data":{"hold":{"guests":2,"id":"h-2"}}}]')).toBe('h-2');
    expect(() => holdIdOf('43/v1,1[{"ok":true,"data":{}}]')).toThrow(/without data.hold.id/);
  });

  it('says so when what it looks for is not there', () => {
    expect(textAfter('43/v1,1[{}]', '"code":"')).toBe('');
    expect(integerAfter('43/v1,1[{}]', '"version":')).toBeNaN();
  });
});

describe('frames', () => {
  it.each([0, 1, 125, 126, 127, 300, 65_535])('masks and frames a packet of %i bytes', (length) => {
    const packet = 'abcdefghij'.repeat(6_554).slice(0, length);
    const read = readFrames(clientFrames([packet, '3', packet]));
    expect(read).toEqual([packet, '3', packet]);
  });

  it('masks with something else than zero, as browsers do', () => {
    expect(clientFrames(['hello']).includes('hello')).toBe(false);
  });

  it('refuses a packet that needs a longer length than it can write', () => {
    expect(() => clientFrames(['x'.repeat(65_536)])).toThrow(/at most 65535/);
  });
});

/** RFC 6455, section 5.2, read independently of how it was written. */
function readFrames(bytes: Buffer): string[] {
  const packets: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    expect(bytes[at]).toBe(0x81);
    expect(bytes[at + 1]! & 0x80).toBe(0x80);
    let length = bytes[at + 1]! & 0x7f;
    at += 2;
    if (length === 126) {
      length = bytes.readUInt16BE(at);
      expect(length).toBeGreaterThan(125);
      at += 2;
    }
    const mask = bytes.subarray(at, at + 4);
    at += 4;
    packets.push(
      bytes
        .subarray(at, at + length)
        .map((byte, index) => byte ^ mask[index % 4]!)
        .toString(),
    );
    at += length;
  }
  return packets;
}
