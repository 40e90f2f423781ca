/** `npm run chaos -- [options]`; see README.md. Exit code 0: no violation, 1: violations, 2: it could not be run. */
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { commandOf, type Options, readOptions, WrongOption } from './options.ts';
import { textOf } from './report.ts';
import { run } from './run.ts';

const args = process.argv.slice(2);
const print = (text: string) => process.stdout.write(`${text}\n`);

async function main(options: Options): Promise<number> {
  const command = commandOf(args, options);
  const folder = resolve(options.report ?? join(tmpdir(), `nightlatch-chaos-report-${options.seed}`));
  print(`seed ${options.seed}, report in ${folder}`);
  const result = await run({ options, command, folder, progress });
  if (process.stdout.isTTY) process.stdout.write('\n');
  print(textOf(result));
  print(`report: ${join(folder, 'report.html')}`);
  return result.findings.length === 0 ? 0 : 1;
}

let lastShown = 0;
/** In place at a terminal, otherwise a line now and then. */
function progress(line: string): void {
  if (process.stdout.isTTY) {
    process.stdout.write(`\r\x1b[2K${line.slice(0, process.stdout.columns - 1)}`);
    return;
  }
  if (performance.now() - lastShown < 10_000) return;
  lastShown = performance.now();
  print(line);
}

try {
  if (process.platform !== 'linux')
    throw new WrongOption('chaos runs on Linux alone, as it strikes processes that it finds in /proc');
  process.exitCode = await main(readOptions(args));
} catch (error) {
  const text = error instanceof WrongOption ? error.message : String((error as Error).stack);
  process.stderr.write(`${text}\n`);
  process.exitCode = 2;
}
