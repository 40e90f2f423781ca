/** [G9] An anonymous guest signs up or in, at servers that act as one: what was theirs is the account's, whatever fails. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Client, createClient, unwrap } from '../../src/client/index.ts';
import { recordedRows } from '../../src/persistence/statements/recorded-apartments.ts';
import { shardOf } from '../../src/protocol/ids.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import type { Booking, Hold, Session } from '../../src/protocol/resources.ts';
import { checkAll } from '../../src/verify/check-all.ts';
import type { Problem } from '../../src/verify/problem.ts';
import { type Server, Servers } from '../support/servers.ts';

const TODAY = Math.floor(Date.now() / 86_400_000);
const PASSWORD = 'a good long password';
const contact = { name: 'Ana', email: 'ana@example.com' };
const POLLED = { timeout: 30_000, interval: 50 };

let servers: Servers;
let one: Server;
let two: Server;
/** One of each server's. */
let apartments: readonly [string, string];
const clients: Client[] = [];
let people = 0;
let stays = 0;

beforeAll(async () => {
  servers = await Servers.start(2);
  [one, two] = servers.all as [Server, Server];
  await vi.waitFor(async () => {
    if ((await servers.owners()).size < 2) throw new Error('one of them owns nothing yet');
  }, POLLED);
  const found = await fetch(`${one.url}/v1/apartments?limit=60`);
  const ids = ((await found.json()) as { apartments: { id: string }[] }).apartments.map(({ id }) => id);
  const owners = await servers.owners();
  const ownedBy = ({ url }: Server) => ids.find((id) => owners.get(url)?.includes(shardOf(id)))!;
  apartments = [ownedBy(one), ownedBy(two)];
});
afterAll(async () => {
  for (const client of clients) client.close();
  await servers?.stop();
});

async function post<T>(server: Server, path: string, body: object, token?: string): Promise<T> {
  const answer = await fetch(`${server.url}/v1/${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  return (await answer.json()) as T;
}
const get = async <T>(server: Server, path: string, token: string): Promise<T> => {
  const answer = await fetch(`${server.url}/v1/${path}`, { headers: { authorization: `Bearer ${token}` } });
  return (await answer.json()) as T;
};
const anonymous = (server = one) => post<Session>(server, 'sessions/guest', {});
const newPerson = () => ({ email: `guest${++people}@example.com`, password: PASSWORD });
const signUp = (server: Server, who: object, token?: string) =>
  post<Session>(server, 'accounts', { ...who, name: 'Ana' }, token);
const signIn = (server: Server, who: object, token?: string) => post<Session>(server, 'sessions', who, token);
const newStay = () => {
  stays += 1;
  return { checkIn: dateOf(TODAY + 10 + stays * 3), checkOut: dateOf(TODAY + 12 + stays * 3), guests: 1 };
};
const hold = async (server: Server, apartmentId: string, token: string) =>
  (await post<{ hold: Hold }>(server, `apartments/${apartmentId}/holds`, newStay(), token)).hold;
const confirm = (server: Server, { apartmentId, id }: Hold, token: string, method = 'sandbox_ok') =>
  post<{ booking: Booking }>(
    server,
    `apartments/${apartmentId}/holds/${id}/confirm`,
    { guest: contact, payment: { method } },
    token,
  );
const bookingsOf = async (server: Server, token: string) =>
  (await get<{ bookings: Booking[] }>(server, 'bookings', token)).bookings;

function clientOf(server: Server, session: Session): Client {
  const client = createClient({ url: server.url, token: async () => session.accessToken });
  clients.push(client);
  return client;
}
const mine = async (server: Server, session: Session) => unwrap(await clientOf(server, session).mine());

/** On both servers: an open hold, a booking, and one that was cancelled. */
async function belongings(token: string) {
  const holds: Hold[] = [];
  const bookings: Booking[] = [];
  for (const apartmentId of apartments) {
    holds.push(await hold(one, apartmentId, token));
    bookings.push((await confirm(two, await hold(two, apartmentId, token), token)).booking);
  }
  const gone = (await confirm(one, await hold(one, apartments[1], token), token)).booking;
  await post(two, `bookings/${gone.id}/cancel`, {}, token);
  return { holds, bookings: [...bookings, gone] };
}
const ids = (all: readonly { id: string }[]) => all.map(({ id }) => id).sort();

describe('[G9] an anonymous guest', () => {
  it('who signs up keeps holds, bookings and a payment under way, under the same id', async () => {
    const guest = await anonymous();
    const had = await belongings(guest.accessToken);
    const paying = await hold(one, apartments[0], guest.accessToken);
    const paid = confirm(one, paying, guest.accessToken, 'sandbox_slow');
    const session = await signUp(two, newPerson(), guest.accessToken);
    expect(session.subject).toEqual(guest.subject);
    const { holds, bookings } = await mine(two, session);
    expect(ids(holds)).toEqual(ids([...had.holds, paying]));
    expect(ids(bookings)).toEqual(ids(had.bookings.slice(0, 2)));
    const booked = (await paid).booking;
    expect(ids(await bookingsOf(one, session.accessToken))).toEqual(ids([...had.bookings, booked]));
    expect((await get<{ error: { code: string } }>(one, 'bookings', guest.accessToken)).error.code).toBe(
      'unauthenticated',
    );
  });

  it('who signs in has everything when the session is answered, and every socket of the account hears of it', async () => {
    const who = newPerson();
    const account = await signUp(one, who);
    const own = await hold(two, apartments[1], account.accessToken);
    const guest = await anonymous(two);
    const had = await belongings(guest.accessToken);
    const heard = [one, two, two].map((server) => {
      const client = clientOf(server, account);
      const seen = new Set<string>();
      client.onHold(({ id }) => void seen.add(id));
      client.onBooking(({ id }) => void seen.add(id));
      return { client, seen };
    });
    await Promise.all(heard.map(({ client }) => client.mine()));

    const session = await signIn(two, who, guest.accessToken);
    expect(session.subject).toEqual(account.subject);
    for (const server of [one, two]) {
      const { holds, bookings } = await mine(server, session);
      expect(ids(holds)).toEqual(ids([...had.holds, own]));
      expect(ids(bookings)).toEqual(ids(had.bookings.slice(0, 2)));
      for (const { guest } of bookings) expect(guest).toEqual(contact);
      expect(ids(await bookingsOf(server, session.accessToken))).toEqual(ids(had.bookings));
    }
    const told = ids([...had.holds, ...had.bookings]);
    for (const { seen } of heard) await expect.poll(() => [...seen].sort(), POLLED).toEqual(told);
    // Caps count once: three of five are open.
    expect((await hold(one, apartments[0], session.accessToken)).status).toBe('held');
    expect((await hold(two, apartments[0], session.accessToken)).status).toBe('held');
    expect(await hold(one, apartments[0], session.accessToken)).toBeUndefined();
  });

  it('whose payment is under way signs in, and the booking is the account’s; its confirm, repeated, is the same', async () => {
    const who = newPerson();
    await signUp(one, who);
    const guest = await anonymous();
    const held = await hold(one, apartments[1], guest.accessToken);
    const client = clientOf(one, guest);
    const requestId = randomUUID();
    const { apartmentId, id: holdId } = held;
    const request = { requestId, apartmentId, holdId, guest: contact, payment: { method: 'sandbox_slow' } };
    const first = client.confirm(request);
    await expect
      .poll(async () => unwrap(await client.mine()).holds.map(({ status }) => status), POLLED)
      .toEqual(['confirming']);
    const session = await signIn(two, who, guest.accessToken);
    const { booking } = unwrap(await clientOf(two, session).confirm(request));
    expect(booking).toMatchObject({ status: 'confirmed', guest: contact });
    expect(ids(await bookingsOf(one, session.accessToken))).toEqual([booking.id]);
    client.close();
    await first;
  });

  it('is taken along once, and for a wrong password not at all', async () => {
    const [ana, ben] = [newPerson(), newPerson()];
    await Promise.all([signUp(one, ana), signUp(two, ben)]);
    const guest = await anonymous();
    const held = await hold(one, apartments[0], guest.accessToken);
    await signIn(one, { ...ana, password: 'not her password' }, guest.accessToken);
    expect(ids((await mine(one, guest)).holds)).toEqual([held.id]);
    const sessions = await Promise.all([
      signIn(one, ana, guest.accessToken),
      signIn(two, ben, guest.accessToken),
    ]);
    const holds = await Promise.all(sessions.map(async (session) => ids((await mine(one, session)).holds)));
    expect(holds.toSorted((a, b) => a.length - b.length)).toEqual([[], [held.id]]);
    // A token that is not good (any more) keeps nobody from signing in.
    for (const token of [guest.accessToken, 'no token of ours'])
      expect((await signIn(two, ben, token)).subject).toEqual(sessions[1]!.subject);
  });

  it('is in the journal: what verify finds nothing against, and what a server that is killed leaves to the other', async () => {
    const who = newPerson();
    const account = await signUp(one, who);
    const guest = await anonymous(two);
    const had = await belongings(guest.accessToken);
    // The intent alone, as a server leaves it that is killed right after it has written it.
    const { pool } = servers.database;
    const { rows } = await pool.query(
      `with guest as (update accounts set adopted_by = $2 where id = $1 returning id),
       ended as (update sessions set revoked_at = now() where account_id = $1)
       insert into adoptions (guest_id, account_id, until, pass_at)
       select id, $2, now() + interval '17 minutes', now() + interval '1 second' from guest returning guest_id`,
      [guest.subject.id, account.subject.id],
    );
    expect(rows).toHaveLength(1);
    await two.end('SIGKILL');
    await expect
      .poll(async () => ids((await mine(one, account)).holds), { ...POLLED, timeout: 60_000 })
      .toEqual(ids(had.holds));
    expect(ids(await bookingsOf(one, account.accessToken))).toEqual(ids(had.bookings));
    await two.start();
    expect(ids((await mine(two, account)).holds)).toEqual(ids(had.holds));
    const problems: Problem[] = [];
    await checkAll(recordedRows(pool), (problem) => problems.push(problem));
    expect(problems).toEqual([]);
  });
});
