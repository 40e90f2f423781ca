/**
 * Whether PostgreSQL still has the history that was acknowledged. A backup that was restored, a standby that had not
 * received everything, a disk that lost its last writes: nothing in such a database says that facts are missing, and what
 * is built on top of them is sold twice. So each server remembers what it has seen, and asks at each connection of a lane,
 * before a batch goes there, and every half second. What one of them finds stops them all at once:
 *
 *   system identifier    of another database                      refused
 *   LSN, same timeline   further back than it has been            refused
 *   generation of owners the sum of all epochs has fallen         refused
 *   own node             its row is gone                          refused
 *   last fact acknowledged on each lane: not there, or another    refused
 *   timeline             a standby was promoted: the facts decide, which it has or has not
 *
 * A refusal is kept in that database (`history.refused`), so that a server which starts there later knows as well. It ends when
 * an operator accepts the history (`nightlatch history accept`), which gives it a new id that follows the old
 * one; whoever sees that its own is followed begins anew. What this does not know: what a server that is no longer there had acknowledged.
 */
import type pg from 'pg';
import type { Pool, QueryResult } from 'pg';
import type { JournalEntry } from '../actors/facts.ts';
import { COMMIT_TIMEOUT_MS, EPOCHS_UNSEEN_MAX } from './limits.ts';

/** What every server remembers of the database, or reads from it. */
interface Seen {
  readonly id: string;
  readonly system: string;
  readonly timeline: string;
  /** Bytes of log that are on disk. */
  readonly lsn: number;
  readonly generation: number;
  /** The highest of them: only the sum notices each that fell, and summed into each they would soon be no numbers. */
  readonly epochMax: number;
}
interface Found extends Seen {
  readonly refused: Refusal | null;
  readonly hasNode: boolean;
  /** As the journal has them, in the order in which it was asked for them; null where it does not. */
  readonly facts: readonly ({ readonly hash: number | null; readonly isArchived?: boolean } | null)[] | null;
}

export interface Refusal {
  /** What was found, as a sentence. */
  readonly found: string;
  readonly nodeId: string;
  /** ISO 8601, by the clock of the server that found it. */
  readonly at: string;
  /** No owner's epoch had been seen to be higher in the history that was acknowledged. */
  readonly epochMax: number;
}

export type Acknowledged = Pick<JournalEntry, 'apartmentId' | 'version' | 'hash'>;

/** A connection, or a pool of them. */
interface Asked {
  query(look: pg.QueryConfig): Promise<QueryResult<Found>>;
}

/** What PostgreSQL is asked and told; in tests, what stands in for it. */
export const HISTORY_STATEMENTS = {
  look: `
    select h.id, h.refused, system_identifier::text as system,
      left(pg_walfile_name(pg_current_wal_lsn()), 8) as timeline,
      (pg_current_wal_flush_lsn() - '0/0')::float8 as lsn,
      (select sum(epoch)::float8 from shards) as generation,
      (select max(epoch)::float8 from shards) as "epochMax",
      $1 = '' or exists (select from nodes where id = $1) as "hasNode",
      (select json_agg(coalesce((
          select json_build_object('hash', j.hash) from facts j
          where j.apartment_id = a.apartment_id and j.version = a.version limit 1), (
          select json_build_object('hash', b.hash, 'isArchived', b.version > a.version) from baselines b
          where b.apartment_id = a.apartment_id and b.version >= a.version)) order by a.nth)
        from unnest($2::text[], $3::bigint[]) with ordinality a (apartment_id, version, nth)) as facts
    from history h, pg_control_system()`,
  refuse: 'update history set refused = coalesce(refused, $1) where id = $2',
  followed: 'select from history where follows = $1',
  accept: `
    with accepted as (
      update history set follows = id, id = gen_random_uuid()::text, refused = null
    ), orphaned as (
      update shards set node_id = null, epoch = greatest(epoch, $1::bigint) + ${EPOCHS_UNSEEN_MAX}
    ), gone as (
      update nodes set state = 'dead' where state in ('up', 'leaving')
    )
    delete from machine_snapshots s
    where not exists (
      select from facts j
      where j.apartment_id = s.apartment_id and j.version = s.version and j.hash is not distinct from s.hash)
    and not exists (
      select from baselines b
      where b.apartment_id = s.apartment_id and b.version = s.version and b.hash is not distinct from s.hash)`,
} as const;

/** An operator has to decide. */
export class HistoryRefused extends Error {
  constructor({ found, at, nodeId }: Refusal) {
    super(
      `this database has not the history that was acknowledged: ${found} (seen by ${nodeId} at ${at}); bring back the database that has it, or compare bookings with what the payment provider has captured and run \`nightlatch history accept\``,
    );
    this.name = 'HistoryRefused';
  }
}

export class History {
  readonly #wallMs: () => number;
  /** The last fact that was acknowledged on each lane, by the lane's name. */
  readonly #acknowledged = new Map<string, Acknowledged>();
  readonly #refused = Promise.withResolvers<Refusal>();
  #seen: Seen;
  #refusal: Refusal | undefined;
  #nodeId = '';
  #generation = () => 0;

  private constructor(seen: Found, wallMs: () => number) {
    this.#wallMs = wallMs;
    this.#seen = seen;
    if (seen.refused !== null) this.#refuse(seen.refused);
  }

  /** @param wallMs for refusals, in epoch milliseconds; default: this machine's clock */
  static async open(pool: Pool, wallMs: () => number = Date.now): Promise<History> {
    return new History(await ask(pool, '', []), wallMs);
  }

  /** Changes when an operator accepts a history: versions may have gone back. */
  get id(): string {
    return this.#seen.id;
  }

  /** Found by this process, or before it. */
  get refusal(): Refusal | undefined {
    return this.#refusal;
  }

  /** Resolves when there is a refusal. */
  get refused(): Promise<Refusal> {
    return this.#refused.promise;
  }

  /**
   * @param nodeId whose row must be there from now on
   * @param generation the sum of all epochs, as far as that node knows: it hears of a move before it is looked for here
   */
  become(nodeId: string, generation = () => 0): void {
    this.#nodeId = nodeId;
    this.#generation = generation;
  }

  /**
   * From now on this fact must be there. One for each lane is enough: PostgreSQL commits a lane's facts in their order, and an
   * older copy lacks the end of what was committed.
   */
  acknowledged(lane: string, fact: Acknowledged): void {
    this.#acknowledged.set(lane, fact);
  }

  /**
   * @returns whether what is there is what was acknowledged on any lane, now and at each earlier call
   * @throws where PostgreSQL does not answer
   */
  async recognise(asked: Asked): Promise<boolean> {
    // What had been seen when it was asked: another answer may be here before this one.
    const nodeId = this.#nodeId;
    const acknowledged = [...this.#acknowledged.values()];
    const seen = { ...this.#seen, generation: Math.max(this.#seen.generation, this.#generation()) };
    const found = await ask(asked, nodeId, acknowledged);
    if (this.#refusal !== undefined) return false;
    const why = problemOf(seen, found, acknowledged);
    if (why === undefined) {
      if (found.timeline !== this.#seen.timeline || found.lsn > this.#seen.lsn) this.#seen = found;
      return true;
    }
    const { epochMax } = seen;
    this.#refuse(
      found.refused ?? { found: why, nodeId, at: new Date(this.#wallMs()).toISOString(), epochMax },
    );
    return false;
  }

  /**
   * Writes the refusal where whoever starts there later finds it; not into a database that never had this history.
   * @returns whether an operator has accepted what is there in place of it meanwhile
   */
  async refuse(pool: Pool): Promise<boolean> {
    const refusal = this.#refusal;
    if (refusal === undefined) return false;
    const { id } = this.#seen;
    await pool.query(HISTORY_STATEMENTS.refuse, [JSON.stringify(refusal), id]);
    const accepted = await pool.query(HISTORY_STATEMENTS.followed, [id]);
    return accepted.rowCount === 1;
  }

  #refuse(refusal: Refusal): void {
    this.#refusal = refusal;
    this.#refused.resolve(refusal);
  }
}

async function ask(asked: Asked, nodeId: string, acknowledged: readonly Acknowledged[]): Promise<Found> {
  const apartmentIds = acknowledged.map(({ apartmentId }) => apartmentId);
  const versions = acknowledged.map(({ version }) => version);
  // A lane's own queries have no time-out, and it does not connect anew before this one is over.
  const look = {
    ...{ text: HISTORY_STATEMENTS.look, values: [nodeId, apartmentIds, versions] },
    query_timeout: COMMIT_TIMEOUT_MS,
  };
  const { rows } = await asked.query(look);
  const [found] = rows;
  if (found === undefined) throw new Error('PostgreSQL did not say which history it has');
  return found;
}

function problemOf(seen: Seen, found: Found, acknowledged: readonly Acknowledged[]): string | undefined {
  if (found.refused !== null) return found.refused.found;
  if (found.id !== seen.id) return `its history is ${found.id}, and ${seen.id} was served`;
  if (found.system !== seen.system)
    return `it is the database system ${found.system}, and ${seen.system} was served`;
  if (found.timeline === seen.timeline && found.lsn < seen.lsn)
    return `its log ends at ${found.lsn}, and was at ${seen.lsn} before`;
  if (found.generation < seen.generation)
    return `its owners are of generation ${found.generation}, and ${seen.generation} was there before`;
  if (!found.hasNode) return 'the row of this server is gone';
  for (const [nth, { apartmentId, version, hash }] of acknowledged.entries()) {
    const name = `fact ${version} of apartment ${apartmentId}, which was acknowledged,`;
    const fact = found.facts?.[nth] ?? undefined;
    if (fact === undefined) return `${name} is not in its journal`;
    if (!fact.isArchived && (fact.hash ?? undefined) !== hash) return `${name} is another in its journal`;
  }
  return undefined;
}

/**
 * Takes what is there as the history from now on: it gets a new id, every shard an epoch above any that was seen, no owner
 * is left, and snapshots that rest on facts which are gone go with them.
 * @returns the refusal that is over; undefined where there is none
 */
export async function acceptHistory(pool: Pool, { refusal }: History): Promise<Refusal | undefined> {
  if (refusal !== undefined) await pool.query(HISTORY_STATEMENTS.accept, [refusal.epochMax]);
  return refusal;
}
