/** Contacts of bookings as they are kept: those in clear are sealed, and what is looked for is looked through. */
import type { Pool } from 'pg';
import type { KeptContact } from '../../protocol/kept-contact.ts';

export interface ContactRow {
  /** Of its booking. */
  readonly id: string;
  readonly apartmentId: string;
  readonly guestId: string;
  readonly holdId: string;
  readonly contact: KeptContact;
}

export type ContactTable = 'bookings' | 'pending_bookings';

const COLUMNS = `id, apartment_id as "apartmentId", guest_id as "guestId", hold_id as "holdId", contact`;

/** Some of those in clear. In order, as PostgreSQL believes that most are in clear, and would else read the whole table. */
export async function contactsInClear(pool: Pool, table: ContactTable, limit: number): Promise<ContactRow[]> {
  const result = await pool.query<ContactRow>(
    `select ${COLUMNS} from ${table} where not contact ? 'sealed' order by id limit $1`,
    [limit],
  );
  return result.rows;
}

/** Puts each contact in place of what it was, where it still is that and nobody is writing the row. */
export async function replaceContacts(
  pool: Pool,
  table: ContactTable,
  changes: readonly { id: string; was: KeptContact; contact: KeptContact }[],
): Promise<void> {
  await pool.query(
    `with w as (select * from json_to_recordset($1) as w (id text, was jsonb, contact jsonb)),
     free as (
       select b.id from ${table} b join w on w.id = b.id and w.was = b.contact for update of b skip locked)
     update ${table} b set contact = w.contact from w join free using (id) where b.id = w.id`,
    [JSON.stringify(changes)],
  );
}

/** All of them, in order of booking, in pages. @param after the last one of the page before */
export async function contactsAfter(pool: Pool, after: string, limit: number): Promise<ContactRow[]> {
  const result = await pool.query<ContactRow>(
    `select ${COLUMNS} from (
       (select id, apartment_id, guest_id, hold_id, contact from bookings where id > $1 order by id limit $2)
       union all
       select id, apartment_id, guest_id, hold_id, contact from pending_bookings where id > $1) b
     order by id limit $2`,
    [after, limit],
  );
  return result.rows;
}
