/** `npm run attack -- [--seconds N] [--only NAME,…]`; see README.md. Exit code 0: all bounds hold, 1: some do not, 2: it could not be run. */
import { parseArgs } from 'node:util';
import { ATTACKS } from './attacks/index.ts';
import { broken, tableOf } from './report.ts';
import { ATTACKER_NICENESS, run } from './run.ts';

const print = (text: string) => process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { seconds: { type: 'string', default: '10' }, only: { type: 'string' } },
  });
  const seconds = Number(values.seconds);
  if (!(seconds >= 1 && seconds <= 3_600))
    throw new Error(`--seconds ${values.seconds} is no number from 1 to 3600; give one`);
  const attacks = values.only?.split(',') ?? Object.keys(ATTACKS);
  const unknown = attacks.filter((name) => !(name in ATTACKS));
  if (unknown.length > 0)
    throw new Error(`--only ${unknown.join()} is not known; take of ${Object.keys(ATTACKS).join(', ')}`);
  print(
    `Attackers give way to the server and its guests (nice ${ATTACKER_NICENESS}): they share its machine.`,
  );
  const all = await run({
    attacks,
    seconds,
    tell: ({ attack, does, failed }) => {
      print(`${attack}: ${does}`);
      for (const what of failed.slice(0, 3)) print(`  ${what}`);
    },
  });
  print(`\n${tableOf(all)}`);
  const wrong = broken(all);
  for (const what of wrong) print(`BROKEN ${what}`);
  return wrong.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 2;
}
