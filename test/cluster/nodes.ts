/** Several nodes in one process on one database, with keepers that only write down what they are told. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { Membership, type MembershipOptions } from '../../src/cluster/membership/membership.ts';
import { placeShards } from '../../src/cluster/membership/placement.ts';
import { postgresLeases } from '../../src/cluster/membership/postgres-leases.ts';
import { createPool } from '../../src/persistence/pool.ts';
import { SHARDS } from '../../src/protocol/limits.ts';

export const ALL_SHARDS: readonly number[] = Array.from({ length: SHARDS }, (_, shard) => shard);

/** What a keeper was told about one shard, in the order in which it happened. */
export interface Told {
  readonly url: string;
  readonly what: 'claimed' | 'draining' | 'lost';
  readonly shard: number;
  readonly epoch?: number;
}

export class Nodes {
  readonly told: Told[] = [];
  readonly faults: { readonly event: string; readonly [detail: string]: unknown }[] = [];
  readonly #url: string;
  readonly #isLinked: boolean;
  readonly #all = new Map<Membership, pg.Pool>();

  /** @param isLinked a change seen by one is hinted to all, as peer links do */
  constructor(url: string, { isLinked }: { isLinked: boolean }) {
    this.#url = url;
    this.#isLinked = isLinked;
  }

  async open(url: string, extra: Partial<MembershipOptions> = {}): Promise<Membership> {
    const pool = createPool(this.#url, { max: 3 });
    const node = await Membership.open({
      leases: postgresLeases(pool),
      url,
      exclusive: false,
      onClaimed: async (shards) => {
        for (const [shard, epoch] of shards) this.told.push({ url, what: 'claimed', shard, epoch });
      },
      onDraining: async (shards) => {
        for (const shard of shards) this.told.push({ url, what: 'draining', shard });
      },
      onLost: (shards) => {
        for (const shard of shards) this.told.push({ url, what: 'lost', shard });
      },
      onFault: (event, details) => void this.faults.push({ ...details, event }),
      ...extra,
    });
    this.#all.set(node, pool);
    if (this.#isLinked) {
      node.onOwnersChanged(() => {
        for (const other of this.#all.keys()) if (other !== node) other.hint();
      });
    }
    return node;
  }

  async join(url: string, extra: Partial<MembershipOptions> = {}): Promise<Membership> {
    const node = await this.open(url, extra);
    await node.join();
    return node;
  }

  async close(): Promise<void> {
    for (const [node, pool] of this.#all) {
      await node.stop();
      await pool.end();
    }
  }
}

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Every shard is served by the node that should, among these, and by no other. */
export function areSettled(nodes: readonly Membership[]): boolean {
  const placed = placeShards(nodes.map(({ nodeId }) => nodeId));
  return nodes.every((node) =>
    ALL_SHARDS.every(
      (shard) =>
        node.accepts(shard) === (placed[shard] === node.nodeId) &&
        (node.epochOf(shard) !== undefined) === (placed[shard] === node.nodeId) &&
        node.ownerOf(shard)?.nodeId === placed[shard],
    ),
  );
}

/** Writes down every change of an owner, in a table of the test's own. */
export async function recordOwners(owner: pg.Pool): Promise<void> {
  await owner.query(`
    create table owners_seen (at serial, shard smallint, was text, was_epoch bigint, node_id text, epoch bigint);
    create function owner_seen() returns trigger language plpgsql security definer as $$
    begin
      insert into owners_seen (shard, was, was_epoch, node_id, epoch)
        values (new.shard, old.node_id, old.epoch, new.node_id, new.epoch);
      return new;
    end $$;
    create trigger owner_seen after update on shards for each row execute function owner_seen()`);
}

/** Changes of owners that were no step to the next epoch, or gave the shard to who had it. */
export async function wrongChanges(owner: pg.Pool): Promise<unknown[]> {
  const result = await owner.query(
    'select * from owners_seen where epoch <> was_epoch + 1 or node_id is null or node_id = was',
  );
  return result.rows;
}

const PROGRAM = fileURLToPath(new URL('./node-process.ts', import.meta.url));

/** A node in a process of its own, that can be stopped and killed. */
export class NodeProcess {
  readonly #child: ChildProcess;
  readonly #lines: Record<string, unknown>[] = [];
  nodeId = '';

  static async start(databaseUrl: string, url: string): Promise<NodeProcess> {
    const child = spawn(process.execPath, [PROGRAM, databaseUrl, url], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const node = new NodeProcess(child);
    await node.said('joined');
    return node;
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
    if (child.stdout === null) throw new Error('the child has no output');
    createInterface({ input: child.stdout }).on('line', (line) => {
      const said = JSON.parse(line) as Record<string, unknown>;
      if (typeof said.nodeId === 'string') this.nodeId = said.nodeId;
      this.#lines.push(said);
    });
  }

  /** The next of its lines that says this. */
  async said<T = Record<string, unknown>>(what: string): Promise<T> {
    let found = -1;
    await until(() => {
      found = this.#lines.findIndex((line) => line.what === what);
      return found >= 0;
    });
    return this.#lines.splice(found, 1)[0] as T;
  }

  /** Lets it know something, one line. */
  tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(name);
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}
