/**
 * `docs/security.md` and `docs/asvs.md`: each file and test that they name is there, and each requirement of OWASP's ASVS
 * 5.0.0, levels 1 and 2, has one row. Whether a row is right takes a reader.
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');

const PAGES = ['docs/security.md', 'docs/asvs.md'];
const ASVS = read('docs/asvs.md');

/** The level of each requirement of a section, in order; those of level 3 are asked of nobody here. */
const LEVELS: Record<string, string> = {
  'V1.1': '22',
  'V1.2': '1111122223',
  'V1.3': '112222222223',
  'V1.4': '222',
  'V1.5': '123',
  'V2.1': '122',
  'V2.2': '112',
  'V2.3': '12223',
  'V2.4': '23',
  'V3.1': '3',
  'V3.2': '113',
  'V3.3': '12223',
  'V3.4': '11222233',
  'V3.5': '11122333',
  'V3.6': '3',
  'V3.7': '22333',
  'V4.1': '12233',
  'V4.2': '23333',
  'V4.3': '22',
  'V4.4': '1222',
  'V5.1': '2',
  'V5.2': '112333',
  'V5.3': '113',
  'V5.4': '222',
  'V6.1': '122',
  'V6.2': '111111112222',
  'V6.3': '11223333',
  'V6.4': '112233',
  'V6.5': '22222333',
  'V6.6': '2223',
  'V6.7': '33',
  'V6.8': '2222',
  'V7.1': '222',
  'V7.2': '1111',
  'V7.3': '22',
  'V7.4': '11222',
  'V7.5': '223',
  'V7.6': '22',
  'V8.1': '1233',
  'V8.2': '1123',
  'V8.3': '133',
  'V8.4': '23',
  'V9.1': '111',
  'V9.2': '1222',
  'V10.1': '22',
  'V10.2': '223',
  'V10.3': '22223',
  'V10.4': '1111122222233333',
  'V10.5': '22222',
  'V10.6': '22',
  'V10.7': '222',
  'V11.1': '2233',
  'V11.2': '22233',
  'V11.3': '11233',
  'V11.4': '1222',
  'V11.5': '23',
  'V11.6': '23',
  'V11.7': '33',
  'V12.1': '12233',
  'V12.2': '11',
  'V12.3': '22223',
  'V13.1': '2333',
  'V13.2': '222223',
  'V13.3': '2233',
  'V13.4': '1222233',
  'V14.1': '22',
  'V14.2': '12223333',
  'V14.3': '122',
  'V15.1': '12233',
  'V15.2': '12233',
  'V15.3': '1222222',
  'V15.4': '3333',
  'V16.1': '2',
  'V16.2': '22222',
  'V16.3': '2222',
  'V16.4': '222',
  'V16.5': '2223',
  'V17.1': '23',
  'V17.2': '22223333',
  'V17.3': '22',
};

const required = Object.entries(LEVELS).flatMap(([section, levels]) =>
  [...levels].flatMap((level, i) => (level === '3' ? [] : [`${section}.${i + 1} level ${level}`])),
);

const rows = [...ASVS.matchAll(/^\| (V[\d.]+) \| (\d) \| ([^|]+) \| ([^|]+) \| (.+) \|$/gm)].map(
  ([, id = '', level = '', , state = '', evidence = '']) => ({ id, level, state, evidence }),
);

/** What is written as code and begins like a path of this repository. */
const NAMED_FILE =
  /`((?:\.ci|bench|docs|scripts|src|test|tools|web)\/[^`\s]*|Dockerfile|\.[a-z]+ignore|(?:package|package-lock|tsconfig)\.json)`/g;
/** A test's file, then names of tests in it. */
const NAMED_TESTS = /`(test\/[^`]+\.ts)`((?:,? \*[^*]+\*)+)/g;

function filesNamedIn(text: string): string[] {
  return [...new Set([...text.matchAll(NAMED_FILE)].map(([, path = '']) => path))];
}

/** As a source writes them, where the quotes around them are not theirs. */
function isIn(source: string, name: string): boolean {
  return source.includes(name) || source.includes(name.replaceAll("'", "\\'"));
}

describe.each(PAGES)('%s', (page) => {
  const text = read(page);

  it('names files that are there', () => {
    expect(filesNamedIn(text).length).toBeGreaterThan(40);
    expect(filesNamedIn(text).filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([]);
  });

  it('names tests that are in their files', () => {
    const named = [...text.matchAll(NAMED_TESTS)].flatMap(([, path = '', names = '']) =>
      [...names.matchAll(/\*([^*]+)\*/g)].map(([, name = '']) => ({ path, name })),
    );
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter(({ path, name }) => !isIn(read(path), name))).toEqual([]);
  });

  it('links to pages and headings that are there', () => {
    const links = [...text.matchAll(/\]\((?!https:)([^)#]*)(?:#([^)]+))?\)/g)];
    const missing = links.filter(([, path = '', heading]) => {
      const file = path === '' ? page : `docs/${path}`;
      if (!existsSync(new URL(file, ROOT))) return true;
      return heading !== undefined && !headingsOf(read(file)).includes(heading);
    });
    expect(missing.map(([link]) => link)).toEqual([]);
  });
});

function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe('the rows of ASVS 5.0', () => {
  it('are the 253 of levels 1 and 2, each once, in order', () => {
    expect(required).toHaveLength(253);
    expect(rows.map(({ id, level }) => `${id} level ${level}`)).toEqual(required);
  });

  it('stand, do not apply, or are not yet', () => {
    for (const { id, state } of rows) expect(['stands', 'does not apply', 'not yet'], id).toContain(state);
  });

  it('that stand say by what, and which test shows it or that none does', () => {
    for (const { id, state, evidence } of rows) {
      if (state !== 'stands') continue;
      const isWritten = evidence.includes('](security.md#');
      expect(isWritten || filesNamedIn(evidence).length > 0, `${id} stands by no file`).toBe(true);
      const isTested = filesNamedIn(evidence).some((path) => path.startsWith('test/'));
      expect(isWritten || isTested || evidence.includes('untested'), `${id} says nothing of tests`).toBe(
        true,
      );
    }
  });

  it('are as many as the page says', () => {
    const countOf = (state: string, level: string) =>
      rows.filter((row) => [row.state, 'all'].includes(state) && [row.level, 'all'].includes(level)).length;
    for (const state of ['stands', 'does not apply', 'not yet', 'all']) {
      const counts = ['1', '2', 'all'].map((level) => countOf(state, level));
      expect(ASVS).toContain(`| ${state} | ${counts.join(' | ')} |`);
    }
  });

  it('that security.md refers to are not yet', () => {
    const ids = new Set(rows.map(({ id }) => id));
    const referred = [...read('docs/security.md').matchAll(/\bV\d+\.\d+\.\d+\b/g)].map(([id]) => id);
    expect(referred.filter((id) => !ids.has(id))).toEqual([]);
    const state = new Map(rows.map((row) => [row.id, row.state]));
    expect(referred.filter((id) => state.get(id) !== 'not yet')).toEqual([]);
  });
});
