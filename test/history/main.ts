/** `npm run check-history -- [--json] FILE...`: checks a history written as JSONL; see README.md. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { check } from './check.ts';
import { HistoryParser } from './parse.ts';
import type { Report } from './report.ts';

/** Violations printed; the others are counted. */
const SHOWN_MAX = 50;

/** @returns the exit code: 0 nothing found, 1 violations, 2 wrong input or nothing checked */
export async function main(args: readonly string[], print: (text: string) => void): Promise<number> {
  const files = args.filter((arg) => !arg.startsWith('--'));
  const unknown = args.find((arg) => arg.startsWith('--') && arg !== '--json');
  if (files.length === 0 || unknown !== undefined) {
    print(`${unknown === undefined ? 'no file' : `no option ${unknown}`}: check-history [--json] FILE...`);
    return 2;
  }
  const parser = new HistoryParser();
  try {
    for (const file of files) await read(file, parser);
    const startedAt = performance.now();
    const report = check(parser.history());
    const seconds = (performance.now() - startedAt) / 1_000;
    print(args.includes('--json') ? JSON.stringify(jsonOf(report)) : textOf(report, seconds));
    if (report.byRule.size > 0) return 1;
    return report.counts.ok + report.counts.refused > 0 && report.counts.facts > 0 ? 0 : 2;
  } catch (error) {
    print((error as Error).message);
    return 2;
  }
}

async function read(file: string, parser: HistoryParser): Promise<void> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line === '') continue;
    try {
      parser.take(line);
    } catch (error) {
      throw new Error(`${file}:${number} ${(error as Error).message}`, { cause: error });
    }
  }
}

function jsonOf({ violations, byRule, counts }: Report): object {
  return { violations, byRule: Object.fromEntries(byRule), counts };
}

function textOf({ violations, byRule, counts }: Report, seconds: number): string {
  const lines = violations.slice(0, SHOWN_MAX).map(({ rule, apartmentId, operations, versions, message }) => {
    const where = [
      apartmentId,
      operations.length > 0 ? operations.join(' ') : undefined,
      versions.length > 0 ? `versions ${versions.join(' ')}` : undefined,
    ];
    return `${rule}: ${message} (${where.filter((part) => part !== undefined).join('; ')})`;
  });
  const total = [...byRule.values()].reduce((sum, count) => sum + count, 0);
  if (total > lines.length) lines.push(`… and ${total - lines.length} more`);
  const checked = Object.entries(counts).map(([what, count]) => `${what} ${count}`);
  lines.push(`checked in ${seconds.toFixed(2)} s: ${checked.join(', ')}`);
  const operations = counts.ok + counts.refused;
  if (total > 0)
    lines.push(`violations ${total}: ${[...byRule].map(([rule, n]) => `${rule} ${n}`).join(', ')}`);
  else if (operations === 0 || counts.facts === 0)
    lines.push('nothing was checked: no answered operation, or no fact');
  else lines.push('no violation');
  return lines.join('\n');
}

if (import.meta.main) {
  process.exitCode = await main(process.argv.slice(2), (text) => process.stdout.write(`${text}\n`));
}
