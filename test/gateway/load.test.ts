import { describe, expect, it } from 'vitest';
import { Load, type Sheddable } from '../../src/gateway/limits/load.ts';
import { LOAD_LOOK_EVERY_MS } from '../../src/gateway/limits.ts';
import type { LogFields } from '../../src/gateway/log.ts';

/** A loop whose every look comes as late as is said. */
function loop(mode: 'on' | 'off' = 'on') {
  let nowMs = 0;
  let look = () => {};
  let busy = 1;
  const lines: LogFields[] = [];
  const tell = (fields: LogFields) => void lines.push(fields);
  const log = { debug: tell, info: tell, warn: tell, error: tell, isLevelEnabled: () => false };
  const scheduler = {
    after(_ms: number, call: () => void) {
      look = call;
      return () => {};
    },
  };
  const load = new Load({ mode, log, scheduler, nowMs: () => nowMs, busyShare: () => busy });
  load.watch();
  return {
    load,
    lines,
    works(share: number) {
      busy = share;
    },
    looks(count: number, lateMs: number) {
      for (let n = 0; n < count; n++) {
        nowMs += LOAD_LOOK_EVERY_MS + lateMs;
        look();
      }
    },
    refused: () =>
      (['socket', 'search', 'hold'] as Sheddable[]).filter((what) => load.sheds(what) !== undefined),
  };
}

describe('[S6] under load', () => {
  it('new sockets are refused first, then searches of nobody, then new holds, and nothing once it waits no more', () => {
    const { looks, refused } = loop();
    looks(100, 1);
    expect(refused()).toEqual([]);
    looks(2, 25);
    expect(refused()).toEqual([]);
    looks(1, 25);
    expect(refused()).toEqual(['socket']);
    looks(1, 21);
    expect(refused()).toEqual(['socket', 'search', 'hold']);
    looks(1, 1);
    expect(refused()).toEqual([]);
  });

  it('a single long pause refuses nobody for longer than it is over', () => {
    const { looks, refused } = loop();
    looks(1, 15);
    looks(1, 2_000);
    expect(refused()).toEqual([]);
    looks(1, 0);
    expect(refused()).toEqual([]);
  });

  it('searches of nobody are refused before holds are', () => {
    const { looks, refused } = loop();
    looks(1, 25);
    looks(2, 30);
    expect(refused()).toEqual(['socket', 'search']);
  });

  it('nothing is refused where it is the machine that is late', () => {
    const { looks, works, refused } = loop();
    works(0.2);
    looks(100, 100);
    expect(refused()).toEqual([]);
  });

  it('says to wait longer the longer it waits itself', () => {
    const [short, long] = [loop(), loop()];
    short.looks(10, 25);
    long.looks(10, 400);
    expect(long.load.sheds('hold')).toBeGreaterThan(short.load.sheds('hold')!);
  });

  it('tells who began last before the loop was held', () => {
    const { load, looks, lines } = loop();
    load.lastBegun = 'search';
    looks(1, 500);
    expect(lines).toEqual([{ event: 'loop.held', heldMs: 500, lastBegun: 'search' }]);
  });

  it('a start is not looked at: whoever it keeps waiting has not been let in', () => {
    let looks = 0;
    const after = () => {
      looks += 1;
      return () => {};
    };
    const scheduler = { after };
    const log = { debug() {}, info() {}, warn() {}, error() {}, isLevelEnabled: () => false };
    const load = new Load({ mode: 'on', log, scheduler, nowMs: () => 0, busyShare: () => 1 });
    expect(looks).toBe(0);
    load.watch();
    expect(looks).toBe(1);
    load.close();
  });

  it('a load tester turns it off', () => {
    const { looks, refused } = loop('off');
    looks(100, 500);
    expect(refused()).toEqual([]);
  });
});
