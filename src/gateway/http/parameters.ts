/**
 * A query as its schema is to see it. What is there and empty says nothing, as forms send all of their fields; what is
 * sent twice, or under a name that no route knows, would be passed over in silence and answer another question.
 */
import type { ErrorBody } from '../../protocol/errors.ts';
import { invalidRequest } from '../../protocol/invalid-request.ts';

/** Letters that may be wrong for a name to be near another. */
const TYPOS_MAX = 2;

export type Query = Record<string, string | string[]>;

/**
 * Takes away what is empty.
 * @param known names of the parameters that the route takes
 * @returns why the query is refused, each parameter by its name
 */
export function checkParameters(query: Query, known: readonly string[]): ErrorBody | undefined {
  const issues: { path: string[]; message: string }[] = [];
  for (const [name, value] of Object.entries(query)) {
    if (!known.includes(name)) {
      issues.push({ path: [name.slice(0, 64)], message: unknownText(name, known) });
    } else if (Array.isArray(value)) {
      issues.push({ path: [name], message: `it is there ${value.length} times; send it once` });
    } else if (value.trim() === '') {
      delete query[name];
    }
  }
  return issues.length === 0
    ? undefined
    : invalidRequest(issues.map((issue) => ({ code: 'custom', input: undefined, ...issue })));
}

function unknownText(name: string, known: readonly string[]): string {
  if (known.length === 0) return 'this request takes no parameters; leave it out';
  const near = nearest(name, known);
  const wayOut = near === undefined ? `there are ${known.join(', ')}` : `send ${near} if that is meant`;
  return `there is no such parameter; ${wayOut}`;
}

/** `check_in` is `checkIn`, `limt` is `limit`. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z]/g, '');
  const [wanted, ...far] = [name, ...known].map((text) => plain(text).slice(0, 32));
  const distances = far.map((each) => typosBetween(wanted!, each));
  const least = Math.min(...distances);
  const found = known[distances.indexOf(least)]!;
  // Of a short name two letters are hardly anything that is left.
  return least <= TYPOS_MAX && least * 2 < found.length ? found : undefined;
}

/** Letters to add, take away or change (Levenshtein's distance, Wagner and Fischer's way). */
function typosBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}
