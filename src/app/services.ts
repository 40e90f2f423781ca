/** What the server offers beside the apartments themselves: accounts, listings with their management, bookings. */
import { randomUUID } from 'node:crypto';
import type { Bookings, Management } from '../gateway/ports.ts';
import type { Storage } from '../persistence/index.ts';
import { postgresAdoptions } from '../persistence/statements/adoptions.ts';
import { takenRanges } from '../persistence/statements/occupancy.ts';
import type { ApartmentAnswer, ApartmentCommand } from '../protocol/apartment-command.ts';
import type { Outcome } from '../protocol/errors.ts';
import type { Subject } from '../protocol/resources.ts';
import { type AccountsService, createAccounts } from '../services/accounts/index.ts';
import { Adoptions } from '../services/adoptions/index.ts';
import { createBookings } from '../services/bookings/index.ts';
import { type Contacts, createContacts } from '../services/contacts/index.ts';
import { createFigures } from '../services/figures/index.ts';
import { createListings, type ListingsService, type TakenRange } from '../services/listings/index.ts';
import { createManagement } from '../services/listings/management.ts';
import { TIMERS } from '../time/scheduler.ts';
import type { ApartmentsNode } from './apartments-node.ts';
import { keySourceOf, refuseUnknownKeys } from './keys.ts';
import type { Start } from './start.ts';

export interface Services {
  readonly accounts: AccountsService;
  readonly contacts: Contacts;
  readonly listings: ListingsService;
  readonly bookings: Bookings;
  readonly management: Management;
}

export async function openServices(
  { config, onFault, started }: Start,
  { pool }: Storage,
  node: ApartmentsNode,
): Promise<Services> {
  const { cluster, changes } = node;
  const nowMs = () => node.clock.nowMs();

  const ask = (subject: Subject, command: ApartmentCommand) =>
    new Promise<Outcome<ApartmentAnswer>>((reply) =>
      cluster.ask({ subject, command, reply, sinceMs: nowMs(), attempts: 0 }),
    );
  const adoptions = new Adoptions({
    store: postgresAdoptions(pool),
    openHoldsOf: (guestId) => cluster.openHoldsOf(guestId),
    ask,
    mayWrite: (feature) => node.membership.mayWrite(feature),
    newRequestId: randomUUID,
    scheduler: TIMERS,
    onFault,
  });
  started(() => adoptions.stop());
  const accounts = await createAccounts({
    pool,
    adoptions,
    keys: keySourceOf(config, { pool }, onFault),
    nowMs,
    onError: (cause) => onFault('accounts.fault', { cause }),
  });
  started(() => accounts.close());

  await refuseUnknownKeys(config, pool, accounts.ring);
  const contacts = createContacts({
    pool,
    ring: accounts.ring,
    mayWrite: (feature) => node.membership.mayWrite(feature),
    onFault,
  });
  started(() => contacts.close());

  const listings = createListings({
    pool,
    nowMs,
    takenAfter,
    pictureHosts: config.NIGHTLATCH_PICTURE_HOSTS,
    onError: (cause) => onFault('listings.fault', { cause }),
  });
  started(() => listings.close());
  changes.subscribe((change) => listings.committed(change));
  node.onHeard((change) => listings.committed(change));
  changes.onMissed(() => listings.readAgain());
  listings.onTermsChanged((apartmentId, terms) => node.registry.changeTerms(apartmentId, terms));

  const bookings = createBookings({
    pool,
    contacts,
    nowMs,
    openHoldsOf: (guestId) => cluster.openHoldsOf(guestId),
    mayManage: (subject, apartmentId) => listings.mayManage(subject, apartmentId),
  });
  const management = createManagement({
    pool,
    contacts,
    figures: createFigures(pool, nowMs),
    written: () => listings.written(),
    mayWrite: (feature) => node.membership.mayWrite(feature),
    ask,
  });
  return { accounts, contacts, listings, bookings, management };

  /** What search starts from: what the tables say, and the holds that are open on any node. */
  async function* takenAfter(night: number): AsyncGenerator<TakenRange[]> {
    for await (const chunk of takenRanges(pool, night)) yield chunk;
    const open = await cluster.openEverywhere();
    yield open.map(({ apartmentId, from, to }) => ({ apartmentId, from, to, status: 'held' }));
  }
}
