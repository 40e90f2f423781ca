import { randomUUID } from 'node:crypto';
import { describe, test } from 'vitest';
import { type Client, createClient, type Hold, unwrap } from '../../src/client/index.ts';
import { dateOf } from '../../src/protocol/nights.ts';
import { RawClient } from '../gateway/harness.ts';
import { freePort, Program } from '../support/program.ts';

/** Longer than a restart takes on a busy machine. */
const TTL_SECONDS = 15;
const TODAY = Math.floor(Date.now() / 86_400_000);

/** A server, and Ana, who wants a week at one of its apartments. */
class Visit {
  readonly program: Program;
  readonly apartmentId: string;
  readonly #token: string;
  ana: Client;

  static async begin(): Promise<Visit> {
    const program = await Program.create({
      PORT: String(await freePort()),
      NIGHTLATCH_HOLD_TTL_SECONDS: String(TTL_SECONDS),
    });
    await program.start();
    const guest = await fetch(`${program.url}/v1/sessions/guest`, { method: 'POST' });
    const { accessToken } = (await guest.json()) as { accessToken: string };
    const ana = createClient({ url: program.url, token: async () => accessToken });
    const found = unwrap(await ana.search({ checkIn: dateOf(TODAY + 92), checkOut: dateOf(TODAY + 99) }));
    const [first] = found.apartments;
    if (first === undefined) throw new Error('the demo has no apartment free for that week');
    return new Visit(program, first.id, accessToken, ana);
  }

  private constructor(program: Program, apartmentId: string, token: string, ana: Client) {
    this.program = program;
    this.apartmentId = apartmentId;
    this.#token = token;
    this.ana = ana;
  }

  /** Ana anew: a client that lost its server waits before it connects again, as long as a hold may last. */
  connect(): void {
    this.ana.close();
    this.ana = createClient({ url: this.program.url, token: async () => this.#token });
  }

  async hold(): Promise<Hold> {
    const { apartmentId } = this;
    const week = { checkIn: dateOf(TODAY + 92), checkOut: dateOf(TODAY + 99) };
    return unwrap(await this.ana.hold({ apartmentId, ...week })).hold;
  }

  async isOffered(): Promise<boolean> {
    const stay = { checkIn: dateOf(TODAY + 92), checkOut: dateOf(TODAY + 99) };
    const found = unwrap(await this.ana.search({ ...stay, limit: 100 }));
    return found.apartments.some(({ id }) => id === this.apartmentId);
  }

  async endOf(holdId: string): Promise<{ kind: string; at: Date }[]> {
    const sql = `select kind, at from journal where apartment_id = $1 and fact->>'hold' = $2 and kind <> 'held'`;
    return this.program.asOwner(async (owner) => (await owner.query(sql, [this.apartmentId, holdId])).rows);
  }

  async statusOfNights(): Promise<string | undefined> {
    const answer = await fetch(
      `${this.program.url}/v1/apartments/${this.apartmentId}/calendar?from=${dateOf(TODAY + 92)}&to=${dateOf(TODAY + 99)}`,
    );
    const { taken } = (await answer.json()) as { taken: { status: string }[] };
    return taken[0]?.status;
  }

  async end(): Promise<void> {
    this.ana.close();
    await this.program.remove();
  }
}

/** Each at a server of its own. */
const it = test.extend<{ visit: Visit }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads from it which fixtures this one needs.
  async visit({}, use) {
    const visit = await Visit.begin();
    await use(visit);
    await visit.end();
  },
});

// They wait for one deadline at the same time.
describe.concurrent('a restart', () => {
  it('[I5] keeps an open hold and its deadline, and frees it at most a second after, also where nobody asks for it', async ({
    visit,
    expect,
  }) => {
    const { program } = visit;
    const placed = await visit.hold();
    expect(await program.stop()).toBe(0);
    await program.start();
    visit.connect();
    // Search first: it knows the hold only if the start has woken the apartment.
    expect(await visit.isOffered()).toBe(false);
    const mine = unwrap(await visit.ana.mine());
    expect(mine.holds.map(({ id, expiresAt }) => [id, expiresAt])).toEqual([[placed.id, placed.expiresAt]]);
    expect(await visit.statusOfNights()).toBe('held');
    await expect.poll(() => visit.isOffered(), { timeout: 30_000, interval: 50 }).toBe(true);
    const [ended] = await visit.endOf(placed.id);
    const lateMs = Number(ended?.at) - Date.parse(placed.expiresAt);
    expect(ended?.kind).toBe('expired');
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThanOrEqual(1_000);
  });

  it('[I5] frees a hold that lapsed while no server was up, as soon as one is', async ({ visit, expect }) => {
    const { program } = visit;
    const placed = await visit.hold();
    await program.kill();
    await expect.poll(() => Date.now(), { timeout: 20_000 }).toBeGreaterThan(Date.parse(placed.expiresAt));
    await program.start();
    const readyMs = Date.now();
    visit.connect();
    // Looked up in the journal, so that it is not the question that frees it.
    await expect.poll(() => visit.endOf(placed.id)).toMatchObject([{ kind: 'expired' }]);
    const [ended] = await visit.endOf(placed.id);
    expect(Number(ended?.at) - readyMs).toBeLessThanOrEqual(1_000);
    expect(await visit.statusOfNights()).toBeUndefined();
    expect(await visit.ana.extend({ apartmentId: visit.apartmentId, holdId: placed.id })).toMatchObject({
      ok: false,
      error: { code: 'hold_expired' },
    });
  });
});

describe('a restart', () => {
  it('lets a payment under way end as a booking: the answer arrives over the restart', async ({
    visit,
    expect,
  }) => {
    const { program, apartmentId } = visit;
    const placed = await visit.hold();
    const contact = { name: 'Ana', email: 'ana@example.com' };
    const confirm = visit.ana.confirm({
      apartmentId,
      holdId: placed.id,
      guest: contact,
      payment: { method: 'sandbox_slow' },
    });
    await expect.poll(async () => unwrap(await visit.ana.mine()).holds[0]?.status).toBe('confirming');
    await program.kill();
    await program.start();
    const booked = unwrap(await confirm);
    expect(booked.booking).toMatchObject({ status: 'confirmed', guest: contact });
    expect(unwrap(await visit.ana.mine()).bookings.map(({ id }) => id)).toEqual([booked.booking.id]);
    expect(await visit.statusOfNights()).toBe('booked');
  });

  it('by SIGTERM says so, answers what is under way, and leaves snapshots from which it starts in good order', async ({
    visit,
    expect,
  }) => {
    const { program, apartmentId } = visit;
    const raw = new RawClient(program.url, {});
    await raw.connected;
    const guest = await fetch(`${program.url}/v1/sessions/guest`, { method: 'POST' });
    await raw.enter(((await guest.json()) as { accessToken: string }).accessToken);
    const wish = { apartmentId, checkIn: dateOf(TODAY + 106), checkOut: dateOf(TODAY + 113) };
    raw.send(`42/v1,1${JSON.stringify(['hold', { requestId: randomUUID(), ...wish }])}`);
    const [held] = JSON.parse((await raw.hears('43/v1,1[')).slice('43/v1,1'.length));
    const confirm = {
      requestId: randomUUID(),
      apartmentId,
      holdId: held.data.hold.id,
      guest: { name: 'Ben', email: 'ben@example.com' },
      payment: { method: 'sandbox_slow' },
    };
    raw.send(`42/v1,2${JSON.stringify(['confirm', confirm])}`);
    await expect.poll(() => raw.frames.some((text) => text.includes('"confirming"'))).toBe(true);
    const left = program.stop();
    await raw.hears('42/v1,["notice",{"kind":"draining"');
    const [booked] = JSON.parse((await raw.hears('43/v1,2[')).slice('43/v1,2'.length));
    expect(booked).toMatchObject({ ok: true, data: { booking: { status: 'confirmed' } } });
    await raw.closed;
    expect(await left).toBe(0);

    await program.start();
    expect(program.output).toContain('the embedded PostgreSQL, in ');
    const behind = await program.asOwner((owner) =>
      owner.query(
        `select j.apartment_id from journal j left join machine_snapshots s using (apartment_id)
         -- What has expired since the start is newer than them.
         where j.kind <> 'expired'
         group by j.apartment_id, s.version having max(j.version) > coalesce(s.version, 0)`,
      ),
    );
    expect(behind.rows).toEqual([]);
    expect(await program.stop()).toBe(0);
    const { code, output } = await program.run(['verify']);
    expect(output).toContain('every calendar follows from the journal');
    expect(code).toBe(0);
  });
});
