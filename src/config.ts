/**
 * The environment as one schema: default, unit, one sentence each. README's table is generated from it
 * (`nightlatch config`). A value that does not parse stops the start with every problem listed.
 */
import { z } from 'zod';
import {
  HOLDS_PER_ADDRESS_DEFAULT,
  HOLDS_PER_GUEST_DEFAULT,
  NIGHTS_PER_ADDRESS_DEFAULT,
} from './actors/limits.ts';
import { isTrustable } from './gateway/addresses/trusted-proxies.ts';
import { emailAddress } from './protocol/email.ts';
import { FEATURE_LEVEL } from './protocol/feature-levels.ts';
import './protocol/issue-words.ts';
import { HOLD_TTL_SECONDS_DEFAULT } from './protocol/limits.ts';

const isUrl = (value: string, protocols: readonly string[]) =>
  URL.canParse(value) && protocols.includes(new URL(value).protocol);
const url = (...protocols: string[]) =>
  z
    .string()
    .refine(
      (value) => isUrl(value, protocols),
      `is no URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    );
const integer = (min: number, max: number) =>
  z
    .string()
    .refine(
      (value) => /^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max,
      `is no whole number from ${min} to ${max}`,
    )
    .transform(Number);

const Environment = z.object({
  HOST: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
  PORT: integer(0, 65_535).default(3_000).describe('TCP port for HTTP and WebSocket; 0 takes a free one.'),
  DATABASE_URL: url('postgres:', 'postgresql:')
    .optional()
    .describe('PostgreSQL to use; unset: an embedded one under `NIGHTLATCH_DATA_DIR`.'),
  DATABASE_OWNER_URL: url('postgres:', 'postgresql:')
    .optional()
    .describe(
      "The same database under the role that owns the tables; the role of `DATABASE_URL` is then given no more than the program needs, and cannot change what the journal says. Unset: they are the role's of `DATABASE_URL`.",
    ),
  REDIS_URL: z
    .string()
    .refine(
      (list) => list.split(',').every((each) => isUrl(each.trim(), ['redis:', 'rediss:'])),
      'is no URL that begins with redis:// or rediss://, nor several of them separated by commas',
    )
    .optional()
    .describe(
      'Redis beside which several servers form one system; several URLs: a Redis Cluster. Unset: one server.',
    ),
  NIGHTLATCH_DATA_DIR: z.string().min(1).default('./data').describe('Folder of the embedded PostgreSQL.'),
  NIGHTLATCH_ADMIN_EMAIL: emailAddress('is no e-mail address')
    .default('admin@nightlatch.example')
    .describe('The admin who is there from the first start.'),
  NIGHTLATCH_ADMIN_PASSWORD: z
    .string()
    .min(10, 'is shorter than 10 characters')
    .optional()
    .describe(
      'Their password; unset: made at the first start, printed, and kept in `<data>/admin-password`.',
    ),
  NIGHTLATCH_ACCOUNT_PASSWORD: z
    .string()
    .min(10, 'is shorter than 10 characters')
    .optional()
    .describe('Password that `account` gives; unset: one is made and printed.'),
  NIGHTLATCH_AUTH_SECRET: z
    .string()
    .min(32, 'is shorter than 32 characters')
    .optional()
    .describe(
      'The only key behind tokens and over the contacts of guests, in place of a file of them; beside one it only opens what it had sealed before.',
    ),
  NIGHTLATCH_KEYS_FILE: z
    .string()
    .min(1)
    .optional()
    .describe(
      'File of the keys behind tokens and over the contacts of guests, read again when it changes (`keys rotate`). Unset: `keys.json` in `NIGHTLATCH_DATA_DIR` where the database is embedded, otherwise one made once and kept in the database.',
    ),
  NIGHTLATCH_HOLD_TTL_SECONDS: integer(1, 86_400)
    .default(HOLD_TTL_SECONDS_DEFAULT)
    .describe('Lifetime of a hold, in seconds, where the apartment does not say.'),
  NIGHTLATCH_HOLDS_PER_GUEST: integer(1, 1_000_000)
    .default(HOLDS_PER_GUEST_DEFAULT)
    .describe('Open holds that one guest may have.'),
  NIGHTLATCH_HOLDS_PER_ADDRESS: integer(1, 1_000_000)
    .default(HOLDS_PER_ADDRESS_DEFAULT)
    .describe('Open holds that the guests of one address may have together, until one of them has booked.'),
  NIGHTLATCH_NIGHTS_PER_ADDRESS: integer(1, 1_000_000)
    .default(NIGHTS_PER_ADDRESS_DEFAULT)
    .describe('The same of the nights of those holds.'),
  NIGHTLATCH_RATE_LIMIT: z
    .enum(['on', 'off'], 'is neither on nor off')
    .default('on')
    .describe('`off` for a load test.'),
  NIGHTLATCH_TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((list) => list.split(',').flatMap((entry) => entry.trim() || []))
    .refine(
      (entries) => entries.every(isTrustable),
      'is no list of addresses, CIDRs and `loopback`, separated by commas',
    )
    .describe(
      'Addresses, CIDRs or `loopback` of the proxies before this server, separated by commas: limits count whom they name in `X-Forwarded-For`, `Forwarded` or the PROXY protocol; `proxy-protocol:` before one believes that alone.',
    ),
  NIGHTLATCH_SEED: z
    .enum(['demo', 'none'], 'is neither demo nor none')
    .default('demo')
    .describe('`demo` fills an empty catalogue, only where the database is embedded.'),
  NIGHTLATCH_PAYMENTS: z
    .enum(['sandbox', 'sandbox-takes-no-money'], 'is neither sandbox nor sandbox-takes-no-money')
    .default('sandbox')
    .describe(
      'Who takes the money. `sandbox` takes none, and is refused beside `DATABASE_URL` or `NODE_ENV=production`, where somebody may rely on it; `sandbox-takes-no-money` says that all know.',
    ),
  NODE_ENV: z
    .string()
    .optional()
    .describe('`production` refuses what is for trying things out, see `NIGHTLATCH_PAYMENTS`.'),
  NIGHTLATCH_ORIGINS: z
    .string()
    .default('')
    .transform((list) => list.split(',').filter((origin) => origin !== ''))
    .pipe(z.array(url('http:', 'https:')))
    .describe(
      'Origins whose pages may connect, separated by commas: all names by which guests reach it, but addresses, `localhost` and the name of the machine.',
    ),
  NIGHTLATCH_PICTURE_HOSTS: z
    .string()
    .default('')
    .transform((list) => list.split(',').flatMap((host) => host.trim().toLowerCase() || []))
    .refine(
      (hosts) => hosts.every((host) => /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/.test(host)),
      'is no list of hosts such as images.example.com, separated by commas',
    )
    .describe(
      'Hosts of which pages show the pictures that imported listings have, such as `images.example.com`, separated by commas: the browsers of guests load them from there. Unset: none; a house front is drawn.',
    ),
  NIGHTLATCH_UNSAFE_STORAGE: z
    .enum(['refuse', 'accept-data-loss'], 'is neither refuse nor accept-data-loss')
    .default('refuse')
    .describe('Whether to start on a PostgreSQL that may forget what it has acknowledged.'),
  NIGHTLATCH_NODE_URL: url('ws:', 'wss:', 'http:', 'https:')
    .optional()
    .describe('How other servers reach this one, and no other; needed with `REDIS_URL`.'),
  NIGHTLATCH_PEER_SECRET: z
    .string()
    .min(32, 'is shorter than 32 characters')
    .optional()
    .describe(
      'What servers prove to each other to know, and seal what they say through Redis with; unset: made once and kept in the database.',
    ),
  NIGHTLATCH_PEER_KEYS_FILE: z
    .string()
    .min(1)
    .optional()
    .describe(
      'File of the same, in place of `NIGHTLATCH_PEER_SECRET`, the same on all servers and read again when it changes (`peer-keys rotate`).',
    ),
  NIGHTLATCH_FEATURE_LEVEL: integer(0, FEATURE_LEVEL)
    .optional()
    .describe(
      'Of what older versions do not understand, the highest feature level that this server takes part in; unset: its own. That of an older version keeps the way back to it open.',
    ),
  NIGHTLATCH_VOLUME_DAYS: integer(1, 3_650)
    .default(30)
    .describe('For how many days the journal is written into one table, before the next one is begun.'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'is no level from trace to silent')
    .default('info')
    .describe(
      'Least severe log line that is written; `trace`: what every apartment receives and decides, too.',
    ),
});

/** What one value asks of another. */
const WholeEnvironment = Environment.superRefine((config, context) => {
  if (config.DATABASE_OWNER_URL !== undefined && config.DATABASE_URL === undefined) {
    const message =
      "is needed beside DATABASE_OWNER_URL: the same database under a role of the program's own";
    context.addIssue({ code: 'custom', path: ['DATABASE_URL'], message });
  }
  if (config.REDIS_URL === undefined) return;
  const why = 'is needed beside REDIS_URL';
  if (config.NIGHTLATCH_NODE_URL === undefined) {
    const message = `${why}: the address at which other servers reach this one, such as http://10.0.0.7:3000`;
    context.addIssue({ code: 'custom', path: ['NIGHTLATCH_NODE_URL'], message });
  }
  if (config.DATABASE_URL === undefined) {
    const message = `${why}: servers of one system share a PostgreSQL`;
    context.addIssue({ code: 'custom', path: ['DATABASE_URL'], message });
  }
});

export type Config = z.output<typeof Environment>;

export class ConfigProblem extends Error {}

/**
 * Of what serves guests: whoever can pay with `sandbox_ok` has an apartment for nothing.
 * @throws ConfigProblem where that may be a mistake
 */
export function refusePlayMoney({ NIGHTLATCH_PAYMENTS, NODE_ENV, DATABASE_URL }: Config): void {
  if (NIGHTLATCH_PAYMENTS !== 'sandbox') return;
  const isMeant = NODE_ENV !== 'production' && DATABASE_URL === undefined;
  if (isMeant) return;
  const why = NODE_ENV === 'production' ? 'NODE_ENV is production' : 'DATABASE_URL names a database of yours';
  throw new ConfigProblem(
    `${why}, and bookings would be paid in a sandbox that takes no money: set NIGHTLATCH_PAYMENTS=sandbox-takes-no-money if that is meant`,
  );
}

/** @throws ConfigProblem that lists everything that is wrong, one line each */
export function readConfig(environment: Record<string, string | undefined>): Config {
  // An empty variable is what a shell or a Compose file makes of one that is not set.
  const set = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = WholeEnvironment.safeParse(set);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const secret = /PASSWORD|SECRET|_URL$/.test(name);
    return `  ${name}${secret ? '' : `=${set[name] ?? ''}`} ${issue.message}`;
  });
  throw new ConfigProblem(
    `The environment has ${lines.length === 1 ? 'a wrong value' : 'wrong values'}:\n${lines.join('\n')}`,
  );
}

/** The table for README and `--help`: name, default, sentence. */
export function configTable(): { name: string; fallback: string; meaning: string }[] {
  return Object.entries(Environment.shape).map(([name, schema]) => {
    const fallback = schema.safeParse(undefined);
    const value = fallback.success ? fallback.data : undefined;
    const text =
      value === undefined || (Array.isArray(value) && value.length === 0) ? 'unset' : String(value);
    return { name, fallback: text, meaning: schema.description ?? '' };
  });
}
