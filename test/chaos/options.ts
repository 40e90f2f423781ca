/** The command line of `npm run chaos`, as one object. Every value can be wrong: the error says what would be right. */
import { parseArgs } from 'node:util';
import { FAULT_KINDS, type FaultKind } from './schedule.ts';

export const BROKEN = ['acks-before-commit', 'unfenced'] as const;
export type Broken = (typeof BROKEN)[number];

export interface Options {
  readonly nodes: number;
  readonly minutes: number;
  readonly faults: readonly FaultKind[];
  /** From which the faults and what guests wish for are made. */
  readonly seed: number;
  /** Mean time between the beginnings of two faults, in seconds. */
  readonly every: number;
  /** Seconds that each fault of a kind lasts; others last at random. */
  readonly lasting: Readonly<Partial<Record<FaultKind, number>>>;
  /** Commands a second, of all guests together, while each is answered at once. */
  readonly rate: number;
  readonly guests: number;
  readonly apartments: number;
  readonly watchers: number;
  /** Open holds that one guest may have. */
  readonly holds: number;
  /** Payment methods of the sandbox, one of them at random for each confirm. */
  readonly methods: readonly string[];
  /** `each`: as on a machine of its own, nobody can see that another's process is dead. */
  readonly hosts: 'one' | 'each';
  /** How long an answer, and at the end all that is unfinished, is waited for, in seconds. */
  readonly patience: number;
  /** Servers that have lost a guard, which must be found out. */
  readonly broken: Broken | undefined;
  /** A folder with an older version of the program, or a commit: all servers run it at first. */
  readonly otherVersion: string | undefined;
  /** Folder of the report and the history; undefined: one under the system's temporary files. */
  readonly report: string | undefined;
}

export class WrongOption extends Error {}

/** These take another version. */
const REPLACING: readonly FaultKind[] = ['upgrade', 'downgrade'];
const DEFAULTS = {
  ...{
    nodes: '3',
    minutes: '1',
    faults: FAULT_KINDS.filter((kind) => !REPLACING.includes(kind)).join(),
    seed: '1',
    every: '5',
    lasting: '',
  },
  ...{
    rate: '120',
    guests: '40',
    apartments: '60',
    watchers: '3',
    holds: '5',
    hosts: 'one',
    patience: '240',
  },
  methods:
    'sandbox_ok,sandbox_ok,sandbox_ok,sandbox_ok,sandbox_declined,sandbox_action_required,sandbox_slow,sandbox_late,sandbox_down',
};

/** @throws WrongOption */
export function readOptions(args: readonly string[]): Options {
  const { values } = parsed(args);
  const number = (name: keyof typeof values, min: number, max: number, isWhole = true) => {
    const text = String(values[name]);
    const value = Number(text);
    if (text.trim() !== '' && value >= min && value <= max && (!isWhole || Number.isInteger(value)))
      return value;
    throw new WrongOption(
      `--${name} ${text} is no ${isWhole ? 'whole ' : ''}number from ${min} to ${max}; give one`,
    );
  };
  const oneOf = <T extends string>(name: string, text: string, known: readonly T[]): T => {
    const found = known.find((each) => each === text);
    if (found === undefined)
      throw new WrongOption(`--${name} ${text} is not known; take of ${known.join(', ')}`);
    return found;
  };
  const lasting: Partial<Record<FaultKind, number>> = {};
  for (const pair of listOf(values.lasting)) {
    const [kind = '', seconds = ''] = pair.split('=');
    const value = Number(seconds);
    if (seconds === '' || !(value >= 0.1 && value <= 600))
      throw new WrongOption(`--lasting ${pair} is not KIND=SECONDS with 0.1 to 600 seconds`);
    lasting[oneOf('lasting', kind, FAULT_KINDS)] = value;
  }
  const faults = listOf(values.faults).map((kind) => oneOf('faults', kind, FAULT_KINDS));
  const otherVersion = values['other-version'];
  if (faults.includes('downgrade') && !faults.includes('upgrade'))
    throw new WrongOption('--faults downgrade has nothing to go back from; give upgrade, too');
  if (faults.includes('upgrade') !== (otherVersion !== undefined))
    throw new WrongOption(
      '--faults upgrade and --other-version go together: from which version on; give both or neither',
    );
  return {
    nodes: number('nodes', 1, 16),
    minutes: number('minutes', 0.1, 24 * 60, false),
    faults,
    seed: number('seed', 0, 2 ** 32 - 1),
    every: number('every', 0.2, 3_600, false),
    lasting,
    rate: number('rate', 1, 5_000),
    guests: number('guests', 1, 2_000),
    apartments: number('apartments', 1, 2_000),
    watchers: number('watchers', 1, 100),
    holds: number('holds', 1, 1_000_000),
    methods: listOf(values.methods),
    hosts: oneOf('hosts', values.hosts, ['one', 'each']),
    patience: number('patience', 1, 3_600),
    broken: values.broken === undefined ? undefined : oneOf('broken', values.broken, BROKEN),
    otherVersion,
    report: values.report,
  };
}

/** What was asked for, so that it can be asked again. */
export function commandOf(args: readonly string[], options: Options): string {
  const given = args.filter((_, i) => args[i] !== '--seed' && args[i - 1] !== '--seed');
  return ['npm run chaos --', ...given, '--seed', String(options.seed)].join(' ');
}

function parsed(args: readonly string[]) {
  const text = (name: keyof typeof DEFAULTS) => ({ type: 'string', default: DEFAULTS[name] }) as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        nodes: text('nodes'),
        minutes: text('minutes'),
        faults: text('faults'),
        seed: text('seed'),
        every: text('every'),
        lasting: text('lasting'),
        rate: text('rate'),
        guests: text('guests'),
        apartments: text('apartments'),
        watchers: text('watchers'),
        holds: text('holds'),
        methods: text('methods'),
        hosts: text('hosts'),
        patience: text('patience'),
        broken: { type: 'string' },
        'other-version': { type: 'string' },
        report: { type: 'string' },
      },
    });
  } catch (error) {
    throw new WrongOption((error as Error).message, { cause: error });
  }
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
