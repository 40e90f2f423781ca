/** The sandbox payment provider's books, which outlive the servers that call it: many payments a statement. */
import type { Pool } from 'pg';

/**
 * `pending`: `sandbox_late` has taken the money but says nothing before it is settled. `down`: `sandbox_down`
 * answers nothing for a while and has taken nothing.
 */
export type BookedStatus =
  | 'pending'
  | 'down'
  | 'authorised'
  | 'captured'
  | 'voided'
  | 'refunded'
  | 'declined'
  | 'action_required';

export interface BookedPayment {
  readonly status: BookedStatus;
  readonly amountMinor: number;
  readonly refundedMinor: number;
  readonly currency: string;
  readonly method: string;
  readonly refundKeys: readonly string[];
  /** Of the last change, by the system's clock, in epoch milliseconds. */
  readonly atMs: number;
}

export interface PaymentChange {
  readonly key: string;
  /** What the change was decided on; undefined where the key was new. */
  readonly was: BookedPayment | undefined;
  readonly is: BookedPayment;
}

export interface SandboxBooks {
  load(keys: readonly string[]): Promise<Map<string, BookedPayment>>;
  /**
   * Writes the changes in one commit. A change counts only where the payment still is what it `was`.
   * @returns the keys whose change counted; the others must be read and decided anew
   */
  save(changes: readonly PaymentChange[]): Promise<Set<string>>;
}

export function postgresBooks(pool: Pool): SandboxBooks {
  return {
    async load(keys) {
      const result = await pool.query(
        `select key, status, amount_minor::float8 as "amountMinor", refunded_minor::float8 as "refundedMinor",
                currency, method, refund_keys as "refundKeys",
                (extract(epoch from updated_at) * 1000)::float8 as "atMs"
         from sandbox_payments where key = any($1)`,
        [keys],
      );
      const found = new Map<string, BookedPayment>();
      for (const { key, ...payment } of result.rows) found.set(key, payment);
      return found;
    },

    async save(changes) {
      const result = await pool.query<{ key: string }>({
        name: 'save_sandbox_payments',
        text: 'select save_sandbox_payments($1) as key',
        values: [JSON.stringify(changes.map(rowOf))],
      });
      return new Set(result.rows.map((row) => row.key));
    },
  };
}

function rowOf({ key, was, is }: PaymentChange): object {
  return { key, wasStatus: was?.status ?? null, wasRefundedMinor: was?.refundedMinor ?? null, ...is };
}
