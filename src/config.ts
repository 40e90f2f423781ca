/**
 * The environment as one schema: default, unit, one sentence each. README's table is generated from it
 * (`nightlatch config --markdown`). A value that does not parse stops the start with every problem listed.
 */
import { z } from 'zod';
import { HOLD_TTL_SECONDS_DEFAULT, HOLDS_PER_GUEST_DEFAULT } from './protocol/limits.ts';

const url = (...protocols: string[]) =>
  z
    .string()
    .refine(
      (value) => URL.canParse(value) && protocols.includes(new URL(value).protocol),
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
  NIGHTLATCH_DATA_DIR: z.string().min(1).default('./data').describe('Folder of the embedded PostgreSQL.'),
  NIGHTLATCH_ADMIN_EMAIL: z
    .email('is no e-mail address')
    .default('admin@nightlatch.example')
    .describe('The admin who is there from the first start.'),
  NIGHTLATCH_ADMIN_PASSWORD: z
    .string()
    .min(10, 'is shorter than 10 characters')
    .optional()
    .describe(
      'Their password; unset: made at the first start, printed, and kept in `<data>/admin-password`.',
    ),
  NIGHTLATCH_AUTH_SECRET: z
    .string()
    .min(32, 'is shorter than 32 characters')
    .optional()
    .describe('Signs access tokens; unset: made once and kept in the database.'),
  NIGHTLATCH_HOLD_TTL_SECONDS: integer(1, 86_400)
    .default(HOLD_TTL_SECONDS_DEFAULT)
    .describe('Lifetime of a hold, in seconds, where the apartment does not say.'),
  NIGHTLATCH_HOLDS_PER_GUEST: integer(1, 1_000_000)
    .default(HOLDS_PER_GUEST_DEFAULT)
    .describe('Open holds that one guest may have.'),
  NIGHTLATCH_RATE_LIMIT: z
    .enum(['on', 'off'], 'is neither on nor off')
    .default('on')
    .describe('`off` for a load test.'),
  NIGHTLATCH_SEED: z
    .enum(['demo', 'none'], 'is neither demo nor none')
    .default('demo')
    .describe('`demo` fills an empty catalogue, only where the database is embedded.'),
  NIGHTLATCH_ORIGINS: z
    .string()
    .default('')
    .transform((list) => list.split(',').filter((origin) => origin !== ''))
    .pipe(z.array(url('http:', 'https:')))
    .describe('Origins besides its own whose pages may connect, separated by commas.'),
  NIGHTLATCH_UNSAFE_STORAGE: z
    .enum(['refuse', 'accept-data-loss'], 'is neither refuse nor accept-data-loss')
    .default('refuse')
    .describe('Whether to start on a PostgreSQL that may forget what it has acknowledged.'),
  NIGHTLATCH_NODE_URL: url('ws:', 'wss:', 'http:', 'https:')
    .optional()
    .describe('How other servers reach this one.'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'is no level from trace to silent')
    .default('info')
    .describe('Least severe log line that is written.'),
});

export type Config = z.output<typeof Environment>;

export class ConfigProblem extends Error {}

/** @throws ConfigProblem that lists everything that is wrong, one line each */
export function readConfig(environment: Record<string, string | undefined>): Config {
  // An empty variable is what a shell or a Compose file makes of one that is not set.
  const set = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = Environment.safeParse(set);
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
