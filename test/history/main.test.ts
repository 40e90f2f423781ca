import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { check } from './check.ts';
import { linesOf } from './export.ts';
import type { History } from './history.ts';
import { plan } from './legal/plan.ts';
import { play } from './legal/run.ts';
import { main } from './main.ts';

let folder: string;
let history: History;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightlatch-history-'));
  const [steps] = fc.sample(plan, { seed: 7, numRuns: 1 });
  history = await play(steps!);
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ code: number; output: string }> {
  const printed: string[] = [];
  const code = await main(args, (text) => void printed.push(text));
  return { code, output: printed.join('\n') };
}

async function file(name: string, lines: Iterable<string>): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, [...lines, ''].join('\n'));
  return path;
}

describe('the command line', () => {
  it('reads several files as one history, and finds in them what the checker finds in memory', async () => {
    const { run: settings, events, ...rest } = history;
    const [even, odd] = [0, 1].map((side) => events.filter((_, i) => i % 2 === side));
    const files = [
      await file('even.jsonl', linesOf({ events: even! })),
      await file('rest.jsonl', linesOf({ run: settings, ...rest })),
      await file('odd.jsonl', linesOf({ events: odd! })),
    ];
    const { code, output } = await run('--json', ...files);
    expect(code, output).toBe(0);
    expect(JSON.parse(output)).toEqual({ violations: [], byRule: {}, counts: check(history).counts });
    expect((await run(...files)).output).toMatch(/facts \d+.*\nno violation$/s);
  });

  it('names each violation with its rule, and ends with 1', async () => {
    const [first, ...journal] = history.journal;
    const broken = await file('broken.jsonl', linesOf({ ...history, journal }));
    const { code, output } = await run(broken);
    expect(code).toBe(1);
    expect(output).toMatch(
      new RegExp(`^version-gap: version 2 follows 0 \\(${first!.apartmentId}; versions 2\\)$`, 'm'),
    );
    expect(output).toMatch(/^violations \d+: version-gap 1/m);
  });

  it.each([
    ['no JSON', '{', 'is no JSON'],
    ['no type', '{}', 'Invalid'],
    ['no such type', '{"type":"rumour"}', 'Invalid'],
    ['an answer of nothing', '{"type":"ok","atMs":1,"process":"c","op":1,"data":{}}', 'data: '],
    ['a version below 1', '{"type":"journal","apartmentId":"a","version":0}', 'version: '],
    [
      'a claim without end',
      '{"type":"journal","apartmentId":"a","version":1,"subjectId":null,"requestId":null,"atMs":1,"fact":{"kind":"blocked","block":"k","from":0,"to":999999999}}',
      'more than 1000 nights',
    ],
    ['a second run', '{"type":"run","systemAtZeroMs":0,"skewMs":0}', 'a history has one'],
  ])('refuses %s, with file and line', async (_, line, why) => {
    const lines = ['{"type":"run","systemAtZeroMs":0,"skewMs":0}', '', line];
    const path = await file('wrong.jsonl', lines);
    const { code, output } = await run(path);
    expect(code).toBe(2);
    expect(output).toContain(`${path}:3 `);
    expect(output).toContain(why);
  });

  it('does not take silence for a clean run', async () => {
    expect(await run()).toMatchObject({ code: 2, output: expect.stringContaining('no file') });
    expect(await run('--fast', 'x')).toMatchObject({ code: 2, output: expect.stringContaining('--fast') });
    expect(await run(join(folder, 'none'))).toMatchObject({
      code: 2,
      output: expect.stringContaining('ENOENT'),
    });
    expect(await run(await file('empty.jsonl', []))).toMatchObject({ code: 2 });
    const bare = await file('bare.jsonl', ['{"type":"run","systemAtZeroMs":0,"skewMs":0}']);
    expect(await run(bare)).toMatchObject({
      code: 2,
      output: expect.stringContaining('nothing was checked'),
    });
  });
});
