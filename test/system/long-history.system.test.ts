/** An apartment whose history is long and has no snapshot, as after an upgrade that passes over older ones. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { placeShards } from '../../src/cluster/membership/placement.ts';
import { shardOf } from '../../src/protocol/ids.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { Servers } from '../support/servers.ts';

/** So many that a server which folds them in one go misses its lease. */
const FACTS = 600_000;
const FILLED_AT_ONCE = 50_000;
const TODAY = Math.floor(Date.now() / 86_400_000);
const stay = (inDays: number) => ({ checkIn: dateOf(TODAY + inDays), checkOut: dateOf(TODAY + inDays + 2) });

let servers: Servers;
beforeAll(async () => {
  servers = await Servers.start(2);
});
afterAll(() => servers.stop());

it('is loaded while its server serves everybody else and keeps its lease', async () => {
  const { pool } = servers.database;
  await expect.poll(areShared).toBe(true);
  const { rows } = await pool.query<{ id: string }>('select id from listings order by id');
  const long = rows[0]!.id;
  const ownerOf = async () =>
    [...(await servers.owners())].find(([, shards]) => shards.includes(shardOf(long)))!;
  const [url, shards] = await ownerOf();
  const other = rows.find(({ id }) => id !== long && shards.includes(shardOf(id)))!.id;
  await fill(long);

  const session = await fetch(`${url}/v1/sessions/guest`, { method: 'POST' });
  const { accessToken } = (await session.json()) as { accessToken: string };
  const hold = async (apartmentId: string, inDays: number) => {
    const answer = await fetch(`${url}/v1/apartments/${apartmentId}/holds`, {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(stay(inDays)),
    });
    return {
      status: answer.status,
      body: (await answer.json()) as { hold?: { id: string; version: number } },
    };
  };

  let loaded: Awaited<ReturnType<typeof hold>> | undefined;
  const loading = (async () => {
    do loaded = await hold(long, 3);
    while (loaded.status === 503);
  })();
  const others: number[] = [];
  while (loaded === undefined || loaded.status === 503) {
    const placed = await hold(other, 3);
    others.push(placed.status);
    if (placed.body.hold === undefined) break;
    const released = await fetch(`${url}/v1/apartments/${other}/holds/${placed.body.hold.id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${accessToken}` },
    });
    others.push(released.status);
  }
  await loading;
  expect([loaded?.status, loaded?.body.hold?.version]).toEqual([201, FACTS + 1]);
  expect(new Set(others)).toEqual(new Set([201, 200]));
  expect((await ownerOf())[0]).toBe(url);
  const nodes = await pool.query('select state from nodes');
  expect(nodes.rows).toEqual([{ state: 'up' }, { state: 'up' }]);
  const saved = async () =>
    (await pool.query('select version from machine_snapshots where apartment_id = $1', [long])).rows[0]
      ?.version;
  await expect.poll(saved).toBe(FACTS);
});

/** Every shard has the owner that it keeps as long as nobody comes or goes. */
async function areShared(): Promise<boolean> {
  const { rows } = await servers.database.pool.query<{ id: string; shards: number[] }>(
    `select n.id, array_agg(s.shard::int order by s.shard) as shards
     from shards s join nodes n on n.id = s.node_id group by n.id`,
  );
  const placed = placeShards(rows.map(({ id }) => id));
  return rows.length === 2 && rows.every(({ id, shards }) => shards.every((shard) => placed[shard] === id));
}

/** Holds, each released before the next, up to a minute ago; in parts, as a statement has its time. */
async function fill(apartmentId: string): Promise<void> {
  for (let from = 1; from <= FACTS; from += FILLED_AT_ONCE) {
    await servers.database.pool.query(
      `insert into journal (apartment_id, version, kind, subject_id, request_id, at, fact)
       select $1, v, case v % 2 when 1 then 'held' else 'released' end, 'past', gen_random_uuid(),
         now() - interval '1 minute' - ($4::int - v) * interval '4 seconds',
         case v % 2
           when 1 then json_build_object('hold', 'h' || v || '-past', 'from', 20000, 'to', 20003, 'guests', 2,
             'price', json_build_object('currency', 'EUR', 'lines', json_build_array(json_build_array(0, 3, 36000))),
             'expiresAtMs', 1800000000000)
           else json_build_object('hold', 'h' || (v - 1) || '-past')
         end
       from generate_series($2::int, $3::int) v`,
      [apartmentId, from, from + FILLED_AT_ONCE - 1, FACTS],
    );
  }
}
