/**
 * What figures are counted from. Nights come as changes: a row says what there is more (or less) of from its night on,
 * so that a stay of many nights is two rows of work. A window is half-open, in night numbers; a city's case is no matter.
 */
import type { ClientBase, Pool } from 'pg';
import type { NightRange } from '../../protocol/nights.ts';

export interface NightsChange {
  readonly night: number;
  readonly currency: string;
  readonly nights: number;
}
export interface SoldChange extends NightsChange {
  /** Of the nights: those of apartments that `listedNights` does not count. */
  readonly unlisted: number;
  /** Revenue a night, in minor units and fractions of them. */
  readonly minor: number;
}

const EPOCH = `date '1970-01-01'`;
const WINDOW = `daterange(${EPOCH} + $1::int, ${EPOCH} + $2::int)`;
const OF_CITY = '($3::text is null or lower(l.city) = lower($3))';
/** The day before, as today at the apartment may be yesterday in UTC. */
const SINCE = `(l.created_at at time zone 'UTC')::date - 1`;
/** A stretch of nights, clipped to the window, as what begins with it and what ends after it. */
const changes = (sums: string) => `
  select night - ${EPOCH} as night, currency, ${sums}
  from stretch cross join lateral (values (first, 1), (past, -1)) as change (night, sign)
  group by 1, 2`;

/** Of apartments that are listed now, from the night on which each was there. */
export async function listedNights(
  pool: Pool,
  window: NightRange,
  city: string | undefined,
): Promise<NightsChange[]> {
  const result = await pool.query<NightsChange>(
    `select greatest(${SINCE}, ${EPOCH} + $1::int) - ${EPOCH} as night, l.terms ->> 'currency' as currency,
            count(*)::int as nights
     from listings l
     where l.status = 'listed' and ${SINCE} < ${EPOCH} + $2::int and ${OF_CITY}
     group by 1, 2`,
    [window.from, window.to, city ?? null],
  );
  return result.rows;
}

/** Under blocks of apartments that are listed now. */
export async function blockedNights(
  pool: Pool,
  window: NightRange,
  city: string | undefined,
): Promise<NightsChange[]> {
  const result = await pool.query<NightsChange>(
    `with stretch as (
       select lower(b.stay * ${WINDOW}) as first, upper(b.stay * ${WINDOW}) as past, l.terms ->> 'currency' as currency
       from blocks b join listings l on l.id = b.apartment_id
       where l.status = 'listed' and b.stay && ${WINDOW} and ${OF_CITY}
     ) ${changes('sum(sign)::int as nights')}`,
    [window.from, window.to, city ?? null],
  );
  return result.rows;
}

/** Under confirmed bookings that stand, with rent and length-of-stay discount spread evenly over the nights of each. */
export async function soldNights(
  pool: Pool,
  window: NightRange,
  city: string | undefined,
): Promise<SoldChange[]> {
  const result = await pool.query<SoldChange>(
    `with stretch as (
       select lower(b.stay * ${WINDOW}) as first, upper(b.stay * ${WINDOW}) as past, b.price ->> 'currency' as currency,
              (l.status <> 'listed' or ${SINCE} > lower(b.stay))::int as unlisted,
              (select sum((line ->> 2)::float8) from jsonb_array_elements(b.price -> 'lines') as line
               where line ->> 0 in ('0', '3')) / (upper(b.stay) - lower(b.stay)) as rate
       from bookings b join listings l on l.id = b.apartment_id
       where b.status = 'confirmed' and upper(b.stay) > ${EPOCH} + $1::int and b.stay && ${WINDOW} and ${OF_CITY}
     ) ${changes('sum(sign)::int as nights, sum(sign * unlisted)::int as unlisted, sum(sign * rate) as minor')}`,
    [window.from, window.to, city ?? null],
  );
  return result.rows;
}

export interface HourOfEvents {
  /** Hours since 1970 (UTC). */
  readonly hour: number;
  readonly kind: 'held' | 'released' | 'expired' | 'confirmed' | 'cancelled';
  readonly count: number;
  /** Of `held`: the holds that they took the place of. */
  readonly replaced: number;
}

/** Servers' clocks, and PostgreSQL's, are never that far apart: what closed so long before has no facts of an hour. */
const CLOCKS_APART = '1 day';

const HOUR = 'floor(extract(epoch from j.at) / 3600)::int';
const COUNTED = `j.kind in ('held', 'released', 'expired', 'confirmed', 'cancelled')`;
const COUNTS = `count(*)::int as count,
  coalesce(sum(case j.kind when 'held' then json_array_length(j.fact -> 'replaces') end), 0)::int as replaced`;

/** Keeps what is counted here of facts that leave the journal. */
export async function keepEvents(client: ClientBase, table: string): Promise<void> {
  await client.query(
    `insert into archived_events as known (hour, city, kind, count, replaced)
     select ${HOUR}, lower(l.city), j.kind, ${COUNTS}
     from ${table} j join listings l on l.id = j.apartment_id where ${COUNTED} group by 1, 2, 3
     on conflict (hour, city, kind) do update
       set count = known.count + excluded.count, replaced = known.replaced + excluded.replaced`,
  );
}

/** What the journal has, or had, of holds and bookings in [fromHour, toHour), by the hour. */
export async function eventsByHour(
  pool: Pool,
  hours: { fromHour: number; toHour: number },
  city: string | undefined,
): Promise<HourOfEvents[]> {
  const result = await pool.query<HourOfEvents>(
    `select ${HOUR} as hour, j.kind, ${COUNTS}
     from facts j
     where j.volume > (select coalesce(max(volume), -1) from volumes
                       where closed_at < to_timestamp($1::float8 * 3600) - interval '${CLOCKS_APART}')
       and j.at >= to_timestamp($1::float8 * 3600) and j.at < to_timestamp($2::float8 * 3600)
       and ${COUNTED}
       and ($3::text is null or j.apartment_id in (select id from listings where lower(city) = lower($3)))
     group by 1, 2
     union all
     select hour, kind, sum(count)::int, sum(replaced)::int from archived_events
     where hour >= $1 and hour < $2 and ($3::text is null or city = lower($3))
     group by 1, 2`,
    [hours.fromHour, hours.toHour, city ?? null],
  );
  return result.rows;
}
