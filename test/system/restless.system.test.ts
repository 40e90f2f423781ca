import { test as bare } from 'vitest';
import { type Client, createClient, unwrap } from '../../src/client/index.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { freePort, Program } from '../support/program.ts';

const TODAY = Math.floor(Date.now() / 86_400_000);
const WEEK = { checkIn: dateOf(TODAY + 92), checkOut: dateOf(TODAY + 99) };
const FACTS = 100_000;

interface Place {
  readonly program: Program;
  /** Nobody has booked that week there. */
  readonly apartmentId: string;
  readonly ana: Client;
}

const test = bare.extend<{ place: Place }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads from it which fixtures this one needs.
  async place({}, use) {
    const program = await Program.create({
      PORT: String(await freePort()),
      NIGHTLATCH_HOLD_TTL_SECONDS: '600',
    });
    await program.start();
    const guest = await fetch(`${program.url}/v1/sessions/guest`, { method: 'POST' });
    const { accessToken } = (await guest.json()) as { accessToken: string };
    const ana = createClient({ url: program.url, token: async () => accessToken });
    const found = unwrap(await ana.search(WEEK));
    await use({ program, ana, apartmentId: found.apartments[0]!.id });
    ana.close();
    await program.remove();
  },
});

/** What has happened to an apartment happened three hours earlier, before facts were chained: holds have lapsed long ago. */
const longAgo = (apartmentId: string) => `
  alter table journal disable trigger journal_is_append_only;
  update journal set at = at - interval '3 hours', hash = null,
    fact = case when kind = 'held' then jsonb_set(fact::jsonb, '{expiresAtMs}',
      to_jsonb((fact ->> 'expiresAtMs')::bigint - 10800000))::json else fact end
    where apartment_id = '${apartmentId}';
  alter table journal enable trigger journal_is_append_only`;

/** Holds of the last hour, each released, of apartments with a snapshot after the last of them. */
const BUSY_HOUR = `
  insert into journal (apartment_id, version, kind, subject_id, request_id, at, fact)
  select 'busy-' || nr % 100, nr / 100 + 1, case nr / 100 % 2 when 0 then 'held' else 'released' end, 'ben',
    gen_random_uuid(), now() - interval '1 hour' + nr * interval '1 hour' / ${FACTS},
    json_build_object('hold', 'h' || nr / 200, 'from', 20000, 'to', 20003, 'guests', 2, 'expiresAtMs', 0)
  from generate_series(0, ${FACTS - 1}) nr;
  insert into snapshots (apartment_id, version, machine_version, window_from_version, restless, state)
  select 'busy-' || nr, ${FACTS / 100}, 1, 0, false, '{}' from generate_series(0, 99) nr`;

const ROWS_READ = `
  select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) as read
  from pg_stat_user_tables where relname = 'journal'`;

test('[I5] a hold that a crash left open is ended by the next start, however long ago that was', async ({
  place: { program, apartmentId, ana },
  expect,
}) => {
  const { hold } = unwrap(await ana.hold({ apartmentId, ...WEEK }));
  await program.kill();
  await program.asOwner((owner) => owner.query(longAgo(apartmentId)));
  await program.start();
  // In the journal, so that it is not the question that ends it.
  const ends = () =>
    program.asOwner(async (owner) => {
      const sql = `select kind from journal where apartment_id = $1 and fact ->> 'hold' = $2 and kind <> 'held'`;
      return (await owner.query(sql, [apartmentId, hold.id])).rows;
    });
  await expect.poll(ends).toEqual([{ kind: 'expired' }]);
});

test('[I5] a start reads what must run, and nothing of a busy hour that is over', async ({
  place: { program, apartmentId, ana },
  expect,
}) => {
  const { hold } = unwrap(await ana.hold({ apartmentId, ...WEEK }));
  await program.kill();
  const rowsRead = () =>
    program.asOwner(async (owner) => Number((await owner.query(ROWS_READ)).rows[0]?.read));
  await program.asOwner((owner) => owner.query(`${BUSY_HOUR}; select pg_stat_reset()`));
  await program.start();
  expect((await ana.release({ apartmentId, holdId: hold.id })).ok).toBe(true);
  // A session tells what it has read when it ends, if not before.
  expect(await program.stop()).toBe(0);
  await program.start();
  // The demo's own apartments have some hundred facts.
  expect(await rowsRead()).toBeLessThan(FACTS / 10);
});
