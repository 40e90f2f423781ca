/** Two servers under load, while what they prove to each other to know is followed by another. */
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PEER_KEY_KEPT_MS } from '../../src/app/limits.ts';
import { type Client, createClient, unwrap } from '../../src/client/index.ts';
import { Handshake, PEER_PATH } from '../../src/cluster/peers/handshake.ts';
import { onlySecret } from '../../src/cluster/peers/ports.ts';
import { shardOf } from '../../src/protocol/ids.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { makeKeys, rotateKeys } from '../../src/services/accounts/keys-file.ts';
import { KEY_LEAD_MS } from '../../src/services/accounts/limits.ts';
import { type Server, Servers } from '../support/servers.ts';

const FIRST = 'what both servers of this test know at first';
/** Longer than it takes a server to read the file. */
const LEAD_MS = 4_000;
const GUESTS_OF_EACH = 4;
const TODAY = Math.floor(Date.now() / 86_400_000);
const STAY = { checkIn: dateOf(TODAY + 30), checkOut: dateOf(TODAY + 37) };

let folder: string;
let file: string;
let servers: Servers;
const clients: Client[] = [];
let isOver = false;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightlatch-peer-keys-'));
  file = join(folder, 'peer-keys.json');
  await makeKeys(file, FIRST);
  servers = await Servers.start(2, { NIGHTLATCH_PEER_KEYS_FILE: file });
});

afterAll(async () => {
  isOver = true;
  for (const client of clients) client.close();
  await servers?.stop();
  await rm(folder, { recursive: true, force: true });
});

function clientOf(server: Server): Client {
  const client = createClient({ url: server.url, deadlineMs: 30_000 });
  clients.push(client);
  return client;
}

/** Of apartments that the other server runs, so that every command goes over a link, and every change through Redis. */
async function apartmentsOf(server: Server): Promise<string[]> {
  const listed = unwrap(await clientOf(server).search({ ...STAY, guests: 1, limit: 100 }));
  const owned = (await servers.owners()).get(server.url) ?? [];
  return listed.apartments.map(({ id }) => id).filter((id) => owned.includes(shardOf(id)));
}

/** Whether it lets somebody in who knows no more than this. */
async function accepts({ url }: Server, secret: string): Promise<boolean> {
  const { rows } = await servers.database.pool.query(`select id from nodes where url = $1 and state = 'up'`, [
    url,
  ]);
  const { authorization } = new Handshake(onlySecret(secret)).introduce('node_test', rows[0].id);
  const upgrade = {
    ...{ connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  };
  return new Promise((resolve, reject) => {
    const asked = request(new URL(PEER_PATH, url), { headers: { authorization, ...upgrade }, agent: false });
    asked.on('upgrade', (_, socket) => resolve(socket.destroy() !== undefined));
    asked.on('response', (answer) => resolve(answer.resume().statusCode !== 401));
    asked.on('error', reject).end();
  });
}
const allAccept = async (secret: string) =>
  (await Promise.all(servers.all.map((server) => accepts(server, secret)))).every(Boolean);
const noneAccepts = async (secret: string) =>
  !(await Promise.all(servers.all.map((server) => accepts(server, secret)))).some(Boolean);

const eventually = (what: () => Promise<boolean>) => expect.poll(what, { timeout: 30_000 }).toBe(true);

it('[S10] one secret follows another under load without a failed command, and the one before it is refused', async () => {
  const [one, two] = servers.all as [Server, Server];
  await eventually(() => servers.areShared());
  let answered = 0;
  const failed: unknown[] = [];
  const guest = async (client: Client, apartmentId: string) => {
    while (!isOver) {
      const held = await client.hold({ apartmentId, ...STAY });
      const ended = held.ok ? await client.release({ apartmentId, holdId: held.data.hold.id }) : held;
      if (!ended.ok) failed.push(ended.error);
      answered += 1;
    }
  };
  const heard = [0, 0];
  const guests: Promise<void>[] = [];
  for (const [n, [here, there]] of [
    [one, two],
    [two, one],
  ].entries()) {
    const ids = (await apartmentsOf(there!)).slice(0, GUESTS_OF_EACH);
    expect(ids).toHaveLength(GUESTS_OF_EACH);
    for (const id of ids) guests.push(guest(clientOf(here!), id));
    clientOf(here!).watch(ids, STAY.checkIn, STAY.checkOut, { update: () => void heard[n]!++ });
  }
  /** Far more than beacons would tell of. */
  const allGoesOn = async () => {
    const before = [answered, ...heard];
    await eventually(async () => [answered, ...heard].every((count, n) => count > before[n]! + 40));
  };
  await allGoesOn();

  const second = await rotateKeys(file, Date.now() - KEY_LEAD_MS + LEAD_MS, false);
  await eventually(() => allAccept(second.secret));
  expect(await allAccept(FIRST)).toBe(true);
  await eventually(async () => Date.now() > second.fromMs);
  await allGoesOn();
  for (const { output } of servers.all)
    expect(output).not.toMatch(/our_secret_refused|peer_unproven|redis\.refused/);

  // As it is a minute later.
  const kept = JSON.parse(await readFile(file, 'utf8')) as { keys: { id: string; from: string }[] };
  const longAgo = new Date(Date.now() - PEER_KEY_KEPT_MS - 1_000).toISOString();
  for (const key of kept.keys) if (key.id === second.id) key.from = longAgo;
  await writeFile(`${file}.new`, JSON.stringify(kept));
  await rename(`${file}.new`, file);
  await eventually(() => noneAccepts(FIRST));
  await allGoesOn();

  // One that has leaked is refused at once. Servers that have read it sooner than others wait for them.
  const third = await rotateKeys(file, Date.now(), true);
  await eventually(() => noneAccepts(second.secret));
  await eventually(() => allAccept(third.secret));
  await allGoesOn();
  isOver = true;
  await Promise.all(guests);
  expect(failed.slice(0, 2)).toEqual([]);
});
