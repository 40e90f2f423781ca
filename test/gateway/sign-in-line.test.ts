import { beforeEach, describe, expect, it } from 'vitest';
import { SignInLines } from '../../src/gateway/limits/sign-in-line.ts';
import {
  SIGN_IN_LINE_MAX,
  SIGN_IN_LINE_MS,
  SIGN_IN_LINES_MAX,
  SIGN_IN_PAUSE_MS,
} from '../../src/gateway/limits.ts';
import { ManualTime } from '../support/apartment-house.ts';

let time: ManualTime;
let lines: SignInLines;
/** Who has passed or been sent away, in order. */
let ended: string[];

beforeEach(() => {
  time = new ManualTime(0);
  lines = new SignInLines(time);
  ended = [];
});

function enter(from: string, failures = 0, email = 'ana'): void {
  void lines
    .enter(email, from, failures)
    .then((passes) => ended.push(`${from} ${passes ? 'passes' : 'leaves'}`));
}

describe('[G3] the line of one e-mail address', () => {
  it('lets the first pass at once, and one more with each pause', async () => {
    for (const from of ['a', 'b', 'c']) enter(from);
    await time.pass(0);
    expect(ended).toEqual(['a passes']);
    await time.pass(SIGN_IN_PAUSE_MS - 1);
    expect(ended).toEqual(['a passes']);
    await time.pass(1);
    expect(ended).toEqual(['a passes', 'b passes']);
    await time.pass(SIGN_IN_PAUSE_MS);
    expect(ended).toEqual(['a passes', 'b passes', 'c passes']);
    enter('d');
    await time.pass(SIGN_IN_PAUSE_MS - 1);
    expect(ended).toHaveLength(3);
    await time.pass(2 * SIGN_IN_PAUSE_MS);
    enter('e');
    await time.pass(0);
    expect(ended.slice(3)).toEqual(['d passes', 'e passes']);
  });

  it('takes whoever has failed least next, and in turn among equals', async () => {
    enter('a');
    for (const [from, failures] of [
      ['x', 2],
      ['y', 1],
      ['z', 1],
      ['owner', 0],
    ] as const)
      enter(from, failures);
    await time.pass(2 * SIGN_IN_PAUSE_MS);
    expect(ended).toEqual(['a passes', 'owner passes', 'y passes']);
  });

  it('holds nobody up at another', async () => {
    enter('a');
    enter('a', 0, 'ben');
    await time.pass(0);
    expect(ended).toEqual(['a passes', 'a passes']);
  });

  it('has one of each address, a bounded length, and a bounded wait', async () => {
    enter('a');
    enter('x', 1);
    enter('x', 1);
    await time.pass(0);
    expect(ended).toEqual(['a passes', 'x leaves']);
    for (let n = 2; n <= SIGN_IN_LINE_MAX; n++) enter(`x${n}`, 1);
    enter('late', 1);
    enter('owner', 0);
    await time.pass(0);
    expect(ended.slice(2)).toEqual(['late leaves', `x${SIGN_IN_LINE_MAX} leaves`]);
    await time.pass(SIGN_IN_LINE_MS);
    expect(ended.slice(4, 6)).toEqual(['owner passes', 'x passes']);
    expect(ended).toHaveLength(SIGN_IN_LINE_MAX + 4);
    expect(ended.at(-1)).toMatch(/leaves/);
  });

  it('keeps the place of who is sent away and comes again', async () => {
    for (const from of ['a', 'x1', 'x2', 'x3', 'owner']) enter(from);
    await time.pass(SIGN_IN_LINE_MS - 1);
    enter('y');
    await time.pass(1);
    expect(ended).toEqual([
      ...['a', 'x1', 'x2', 'x3'].map((from) => `${from} passes`),
      'owner leaves',
      'y passes',
    ]);
    for (const from of ['x1', 'z', 'owner']) enter(from);
    await time.pass(SIGN_IN_PAUSE_MS);
    expect(ended.at(-1)).toBe('owner passes');
  });

  it('is one of a bounded number, and gone when it is over', async () => {
    for (let n = 0; n <= SIGN_IN_LINES_MAX; n++) enter('a', 0, `email-${n}`);
    await time.pass(SIGN_IN_PAUSE_MS);
    expect(ended.filter((end) => end === 'a leaves')).toHaveLength(1);
    enter('b', 0, 'another');
    await time.pass(0);
    expect(ended.at(-1)).toBe('b passes');
  });
});
