/** The servers a run may compare: how each gets its database and its apartments, and how it is started. */
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { migrate } from '../src/persistence/migrate.ts';
import { openTerms } from '../test/support/terms.ts';
import { DIRECT_SCHEMA } from './servers/direct-ledger.ts';

export interface Contender {
  readonly name: string;
  readonly is: string;
  /** False where answers rest on nothing: then they keep no promises that could be checked. */
  readonly stores: boolean;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Servers that form one system, with a Redis between them; 1 where left out. */
  readonly nodes?: number;
  /** To how many of them the sockets go; all where left out. */
  readonly doors?: number;
  /** Tables and apartments in an empty database. */
  prepare(databaseUrl: string, apartments: number): Promise<void>;
}

export const CONTENDER_NAMES = [
  'nightlatch',
  'echo',
  'direct',
  'direct-lean',
  'nightlatch-2',
  'nightlatch-3',
  'nightlatch-one-door',
] as const;
export type ContenderName = (typeof CONTENDER_NAMES)[number];

export function contender(name: ContenderName): Contender {
  return { name, ...CONTENDERS[name] };
}

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const NIGHTLATCH: Omit<Contender, 'name'> = {
  is: 'the server itself',
  stores: true,
  args: [file('../src/main.ts'), 'serve'],
  env: {
    NIGHTLATCH_RATE_LIMIT: 'off',
    NIGHTLATCH_HOLDS_PER_GUEST: '1000000',
    NIGHTLATCH_SEED: 'none',
    NIGHTLATCH_ADMIN_PASSWORD: 'for-this-run-only',
    LOG_LEVEL: 'warn',
    NIGHTLATCH_PAYMENTS: 'sandbox-takes-no-money',
  },
  async prepare(databaseUrl, apartments) {
    await migrate(databaseUrl);
    await fill(
      databaseUrl,
      `insert into listings (id, name, city, country, latitude, longitude, terms)
       select 'bench-' || i, 'Apartment ' || i, 'Lisbon', 'Portugal', 38.7, -9.1, $2
       from generate_series(0, $1 - 1) i`,
      apartments,
    );
  },
};

const CONTENDERS: Record<ContenderName, Omit<Contender, 'name'>> = {
  nightlatch: NIGHTLATCH,
  'nightlatch-2': { ...NIGHTLATCH, is: 'two servers as one; half of the commands are forwarded', nodes: 2 },
  'nightlatch-3': { ...NIGHTLATCH, is: 'three servers as one; two thirds are forwarded', nodes: 3 },
  'nightlatch-one-door': {
    ...NIGHTLATCH,
    is: 'two servers as one, all sockets at the first: what forwarding costs on either side',
    ...{ nodes: 2, doors: 1 },
  },
  echo: {
    is: 'a Socket.IO server that acknowledges at once and stores nothing',
    stores: false,
    args: [file('./servers/echo.ts')],
    env: {},
    prepare: () => Promise.resolve(),
  },
  direct: {
    is: 'a Socket.IO server, each command a PostgreSQL transaction from begin to commit, pool of 20',
    stores: true,
    args: [file('./servers/direct.ts')],
    env: { DIRECT_STYLE: 'transaction' },
    prepare: prepareDirect,
  },
  'direct-lean': {
    is: 'as direct, with each transaction folded into one statement, one round trip',
    stores: true,
    args: [file('./servers/direct.ts')],
    env: { DIRECT_STYLE: 'statement' },
    prepare: prepareDirect,
  },
};

async function prepareDirect(databaseUrl: string, apartments: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(DIRECT_SCHEMA);
  await client.end();
  await fill(
    databaseUrl,
    `insert into apartments (id, terms) select 'bench-' || i, $2 from generate_series(0, $1 - 1) i`,
    apartments,
  );
}

async function fill(databaseUrl: string, insert: string, apartments: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(insert, [apartments, JSON.stringify(TERMS)]);
  await client.query('analyze');
  await client.end();
}

/** Those of an ordinary listing: every rule is there to be checked, none forbids what the driver asks for. */
const TERMS = openTerms({
  timeZone: 'Europe/Lisbon',
  nightlyMinor: 12_000,
  weekendMinor: 14_500,
  seasons: [
    { name: 'Summer', from: '2026-06-15', to: '2026-09-15', nightlyMinor: 18_000 },
    { name: 'New Year', from: '2026-12-27', to: '2027-01-03', nightlyMinor: 25_000 },
  ],
  cleaningMinor: 4_500,
  taxBasisPoints: 600,
  stayDiscounts: [
    { minNights: 7, basisPoints: 500 },
    { minNights: 28, basisPoints: 1_500 },
  ],
  maxNights: 28,
  cancellationPolicy: 'moderate',
});
