import type { Pool } from 'pg';
import { keySourceOf } from '../app/keys.ts';
import { storageOf } from '../app/storage.ts';
import type { Config } from '../config.ts';
import { openStorage } from '../persistence/index.ts';
import { KeyRing } from '../services/accounts/key-ring.ts';
import { type Contacts, createContacts } from '../services/contacts/index.ts';

/** Of a command, which seals nothing itself. */
export interface OpenedContacts {
  readonly pool: Pool;
  readonly ring: KeyRing;
  readonly contacts: Contacts;
}

export async function withContacts<T>(
  config: Config,
  use: (opened: OpenedContacts) => Promise<T>,
): Promise<T> {
  const storage = await openStorage(storageOf(config));
  try {
    const { pool } = storage;
    const ring = new KeyRing(await keySourceOf(config, storage).read(), Date.now);
    const onFault = (event: string, details: Record<string, unknown>) => console.error(event, details);
    const contacts = createContacts({ pool, ring, mayWrite: () => false, onFault });
    try {
      return await use({ pool, ring, contacts });
    } finally {
      contacts.close();
    }
  } finally {
    await storage.close();
  }
}
