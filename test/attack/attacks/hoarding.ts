import { setTimeout as delay } from 'node:timers/promises';
import { dateOf } from '../../../src/protocol/nights.ts';
import type { Attack } from '../attack.ts';
import { type Foe, many } from '../foe.ts';

const AT_ONCE = 8;
const PAUSE_MS = 50;
const WEEKS = 12;
const WEEK_NIGHTS = 7;
/** Its weeks end before those that the quiet guest takes. */
const FIRST_NIGHT = Math.floor(Date.now() / 86_400_000) + 2;
const SEARCH_PAGE = 50;

interface Found {
  readonly apartments: readonly { readonly id: string }[];
  readonly nextCursor?: string;
}
interface Held {
  readonly hold: { readonly checkIn: string; readonly checkOut: string; readonly expiresAt: string };
}

/** Well-behaved but for its greed: of all apartments it takes a night or a week, and again what has ended. */
export const hoarding: Attack = {
  does: `holds 1 to ${WEEK_NIGHTS} nights of week after week of every apartment, with as many guests as it may make`,
  async run(foe) {
    const freeWeeksBefore = await freeWeeks(foe);
    const apartments = await found(foe, '');
    let open: { readonly nights: number; readonly untilMs: number }[] = [];
    let holds = 0;
    let nights = 0;
    let n = 0;
    await many(AT_ONCE, foe, async () => {
      const { status, body } = await foe.ask<{ accessToken: string }>('POST', '/v1/sessions/guest');
      if (status !== 200) return delay(PAUSE_MS);
      for (let held = true; held && !foe.isOver; await delay(PAUSE_MS)) {
        const at = n++;
        const from = FIRST_NIGHT + WEEK_NIGHTS * (Math.floor(at / apartments.length) % WEEKS);
        const stay = { checkIn: dateOf(from), checkOut: dateOf(from + 1 + (at % WEEK_NIGHTS)) };
        const path = `/v1/apartments/${apartments[at % apartments.length]}/holds`;
        const answer = await foe.ask<Held>('POST', path, { token: body.accessToken, body: stay });
        held = answer.status !== 429;
        if (answer.status !== 201) continue;
        const untilMs = Date.parse(answer.body.hold.expiresAt);
        // Apartments say how long a hold lasts: those that end soon may have come last.
        open = open.filter((one) => one.untilMs > Date.now());
        open.push({ nights: 1 + (at % WEEK_NIGHTS), untilMs });
        holds = Math.max(holds, open.length);
        nights = Math.max(
          nights,
          open.reduce((sum, one) => sum + one.nights, 0),
        );
      }
    });
    foe.hoard = { holds, nights, freeWeeksBefore, freeWeeks: await freeWeeks(foe) };
  },
};

async function freeWeeks(foe: Foe): Promise<number> {
  let free = 0;
  for (let week = 0; week < WEEKS; week++) {
    const from = FIRST_NIGHT + WEEK_NIGHTS * week;
    free += (await found(foe, `&checkIn=${dateOf(from)}&checkOut=${dateOf(from + WEEK_NIGHTS)}`)).length;
  }
  return free;
}

/** Ids of all apartments that a search finds, page by page. */
async function found(foe: Foe, wish: string): Promise<string[]> {
  const ids: string[] = [];
  for (let next: string | undefined = ''; next !== undefined; ) {
    const path: string = `/v1/apartments?limit=${SEARCH_PAGE}${wish}${next}`;
    const { status, body } = await foe.ask<Found>('GET', path);
    // Searches without an account are the first to be refused where there is too much to do.
    if (status !== 200) {
      await delay(PAUSE_MS);
      continue;
    }
    ids.push(...body.apartments.map(({ id }) => id));
    next = body.nextCursor && `&cursor=${encodeURIComponent(body.nextCursor)}`;
  }
  return ids;
}
