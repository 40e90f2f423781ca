import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient, unwrap } from '../../src/client/index.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { House } from './house.ts';
import { ownersNow } from './ledger.ts';
import { readOptions } from './options.ts';

const NIGHT = Math.floor(Date.now() / 86_400_000) + 20;

let folder: string;
let house: House;
let guest: Client;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightlatch-rejoin-'));
  house = await House.open(readOptions(['--nodes', '2', '--apartments', '20']), folder, () => {});
  const [first] = house.servers;
  guest = createClient({ url: `http://127.0.0.1:${first!.port}` });
});
afterAll(async () => {
  guest.close();
  await house.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a server that was declared dead and came back as another node', () => {
  it('is reached by the others: each of its apartments takes a hold through them', async () => {
    const url = house.servers[1]!.url;
    const declared = await house.owner.query<{ id: string }>(
      `update nodes set state = 'dead' where url = $1 and state = 'up' returning id`,
      [url],
    );
    const owned = async () => (await ownersNow(house.owner)).get(url) ?? [];
    const isBack = async () => {
      const { rows } = await house.owner.query<{ id: string }>(
        `select n.id from nodes n where url = $1 and state = 'up' and id <> $2
           and exists (select from shards where node_id = n.id)`,
        [url, declared.rows[0]!.id],
      );
      return rows.length === 1 && (await owned()).length > 0;
    };
    await expect.poll(isBack, { timeout: 20_000, interval: 50 }).toBe(true);
    for (const apartmentId of await owned()) {
      const stay = { apartmentId, checkIn: dateOf(NIGHT), checkOut: dateOf(NIGHT + 1) };
      const { hold } = unwrap(await guest.hold(stay));
      unwrap(await guest.release({ apartmentId, holdId: hold.id }));
    }
  });
});
