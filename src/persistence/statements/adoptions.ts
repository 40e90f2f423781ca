/**
 * Anonymous guests whose holds and bookings become an account's (ADR 29): the intents, and what there is of a guest's. An
 * intent is written with the session that begins it (`accounts.ts`).
 */
import type { Pool } from 'pg';

export interface Adoption {
  readonly guestId: string;
  readonly accountId: string;
  /** No command of the guest's can be on its way any more: a pass from now on is the last one. */
  readonly isLast: boolean;
  /** Passes in a row that were not done. */
  readonly failures: number;
}

export interface AdoptionStore {
  /**
   * Takes some that are due, the longest due first. Nobody else is given them for `leaseMs`: who ends before they are done
   * leaves them to whoever looks then.
   */
  take(some: { readonly limit: number; readonly leaseMs: number }): Promise<Adoption[]>;
  /** Nothing is left for now: due again `secondPassMs` after it began, and once more when no token of the guest's lives. */
  passed(guestId: string, secondPassMs: number): Promise<void>;
  failed(guestId: string, againMs: number): Promise<void>;
  end(guestId: string): Promise<void>;
  /** Apartments on which a guest has bookings, or confirms under way, in order of id. @param after the last one of the page before */
  apartmentsBookedBy(guestId: string, after: string, limit: number): Promise<string[]>;
}

export function postgresAdoptions(pool: Pool): AdoptionStore {
  return {
    async take({ limit, leaseMs }) {
      const result = await pool.query<Adoption>(
        `update adoptions a set pass_at = now() + $2 * interval '1 millisecond'
         from (
           select guest_id from adoptions where pass_at <= now() order by pass_at limit $1 for update skip locked) due
         where a.guest_id = due.guest_id
         returning a.guest_id as "guestId", account_id as "accountId", until <= now() as "isLast", failures`,
        [limit, leaseMs],
      );
      return result.rows;
    },
    async passed(guestId, secondPassMs) {
      await pool.query(
        `update adoptions set failures = 0, pass_at = case
           when begun_at + $2 * interval '1 millisecond' > now() then begun_at + $2 * interval '1 millisecond'
           else until end
         where guest_id = $1`,
        [guestId, secondPassMs],
      );
    },
    async failed(guestId, againMs) {
      await pool.query(
        `update adoptions set failures = failures + 1, pass_at = now() + $2 * interval '1 millisecond'
         where guest_id = $1`,
        [guestId, againMs],
      );
    },
    async end(guestId) {
      await pool.query('delete from adoptions where guest_id = $1', [guestId]);
    },
    async apartmentsBookedBy(guestId, after, limit) {
      const result = await pool.query<{ id: string }>(
        `select apartment_id as id from (
           select apartment_id from bookings where guest_id = $1
           union select apartment_id from pending_bookings where guest_id = $1) own
         where apartment_id > $2 order by apartment_id limit $3`,
        [guestId, after, limit],
      );
      return result.rows.map(({ id }) => id);
    },
  };
}

/** The account that has what was this guest's; undefined where it is nobody else's. */
export async function adopterOf(pool: Pool, guestId: string): Promise<string | undefined> {
  const result = await pool.query<{ adopted_by: string | null }>({
    name: 'adopter-of',
    text: 'select adopted_by from accounts where id = $1',
    values: [guestId],
  });
  return result.rows[0]?.adopted_by ?? undefined;
}
