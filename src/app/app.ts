/** The composition root: the parts in the order in which they are started, and stopped the other way round. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Pool } from 'pg';
import { ChangeBus } from '../actors/change-bus.ts';
import { Deadlines } from '../actors/deadlines.ts';
import { OpenHolds } from '../actors/open-holds.ts';
import { PaymentSaga } from '../actors/payment-saga.ts';
import type { Publisher } from '../actors/ports.ts';
import { ApartmentReads } from '../actors/reads.ts';
import { Registry } from '../actors/registry.ts';
import { SnapshotWriter } from '../actors/snapshot-writer.ts';
import type { Asked } from '../actors/turn.ts';
import { ActiveApartments } from '../cluster/active-apartments.ts';
import { Cluster } from '../cluster/cluster.ts';
import { Membership } from '../cluster/membership/membership.ts';
import { postgresLeases } from '../cluster/membership/postgres-leases.ts';
import { PeerLinks } from '../cluster/peers/peer-links.ts';
import { ShardKeeping } from '../cluster/shard-keeping.ts';
import type { Config } from '../config.ts';
import { createGateway, type Gateway } from '../gateway/gateway.ts';
import { RedisLink } from '../gateway/redis/redis-link.ts';
import { Backplane } from '../gateway/sockets/backplane.ts';
import type { Log } from '../observability/log.ts';
import { openStorage, type Storage } from '../persistence/index.ts';
import { createPool, endPool } from '../persistence/pool.ts';
import { countConfirmedSince } from '../persistence/statements/bookings.ts';
import { listingsOverview } from '../persistence/statements/listings.ts';
import { takenRanges } from '../persistence/statements/occupancy.ts';
import { postgresBooks } from '../persistence/statements/sandbox-payments.ts';
import { settingOr } from '../persistence/statements/settings.ts';
import {
  DRAIN_DEADLINE_MS,
  DRAIN_GRACE_MS,
  HOLD_CAP_MS,
  HOLD_TTL_SECONDS_MAX,
  PAYMENT_DEADLINE_MS,
  STOP_DEADLINE_MS,
} from '../protocol/limits.ts';
import { type AccountsService, createAccounts } from '../services/accounts/index.ts';
import { bookingsFace } from '../services/bookings/index.ts';
import { createFigures } from '../services/figures/index.ts';
import { createListings, type ListingsService, type TakenRange } from '../services/listings/index.ts';
import { managementFace } from '../services/listings/management.ts';
import { SandboxPayments } from '../services/payments/sandbox/provider.ts';
import { TIMERS as scheduler } from '../time/scheduler.ts';
import { within } from '../time/within.ts';
import { apartmentsFace } from './apartments.ts';
import { operationsFace } from './operations.ts';
import { refusingOutages } from './outages.ts';

export interface App {
  readonly url: string;
  readonly storage: Storage;
  readonly accounts: AccountsService;
  readonly listings: ListingsService;
  /** As the gateway asks: `reply` is called once. */
  readonly ask: (asked: Asked) => void;
  readonly nowMs: () => number;
  /** Leaves without an error seen outside, then stops everything; what that leaves undone after STOP_DEADLINE_MS is logged. */
  drain(): Promise<void>;
  /** Stops everything at once, without losing what was acknowledged. */
  close(): Promise<void>;
}

export interface AppHooks {
  /** Aborted during the start: the step under way is finished, none is begun, and what was started is stopped again. */
  readonly signal?: AbortSignal;
  /** Runs when commands are carried out, before anybody is let in: fills an empty catalogue, say. */
  readonly beforeOpening?: (app: Omit<App, 'url' | 'drain' | 'close'>) => Promise<void>;
}

/** How often the count of today's bookings is read, in milliseconds: it is for people to look at. */
const BOOKINGS_TODAY_EVERY_MS = 5_000;
const FIGURES_EVERY_MS = 1_000;

/** @throws Error whose message is one sentence for the operator, or the signal's reason */
export async function createApp(config: Config, log: Log, hooks: AppHooks = {}): Promise<App> {
  const onFault = (event: string, details: Record<string, unknown>) => log.warn({ ...details, event });
  const stops: (() => Promise<void> | void)[] = [];
  const stopAll = async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  let leave = async () => {};
  const started = (stop: () => Promise<void> | void) => {
    stops.push(stop);
    hooks.signal?.throwIfAborted();
  };

  try {
    const storage = await openStorage({
      databaseUrl: config.DATABASE_URL,
      dataDir: config.NIGHTLATCH_DATA_DIR,
      acceptDataLoss: config.NIGHTLATCH_UNSAFE_STORAGE === 'accept-data-loss',
    });
    started(() => storage.close());
    const { pool, journal } = storage;

    const leases = createPool(storage.url, { max: 3, name: 'leases' });
    stops.push(() => endPool(leases));
    const membership = await Membership.open({
      leases: postgresLeases(leases),
      url: config.NIGHTLATCH_NODE_URL ?? `http://${config.HOST}:${config.PORT}`,
      exclusive: config.REDIS_URL === undefined,
      onClaimed: (shards) => keeping.onClaimed(shards),
      onDraining: (shards) => keeping.onDraining(shards),
      onLost: (shards, reason) => keeping.onLost(shards, reason),
      onEntered(nodeId) {
        journal.become(nodeId);
        peers?.become(nodeId);
      },
      onFault,
    });
    started(() => membership.stop());
    const { clock } = membership;
    const nowMs = () => clock.nowMs();

    const accounts = await createAccounts({
      pool,
      secret: config.NIGHTLATCH_AUTH_SECRET,
      nowMs,
      onError: (cause) => onFault('accounts.fault', { cause }),
    });
    started(() => accounts.close());

    const listings = createListings({
      pool,
      nowMs,
      takenAfter: (night) => takenAfter(storage, cluster, night),
      onError: (cause) => onFault('listings.fault', { cause }),
    });
    started(() => listings.close());

    const changes = new ChangeBus();
    changes.subscribe((change) => listings.committed(change));
    const publisher: Publisher = changes;
    const openHolds = new OpenHolds();
    const deadlines = new Deadlines(scheduler, nowMs);
    const saga = new PaymentSaga({
      provider: new SandboxPayments({ books: postgresBooks(pool), nowMs, after: scheduler.after }),
      scheduler,
      report: (apartmentId, step) => registry.payment(apartmentId, step),
      pendingBooking: (apartmentId, holdId) => journal.bookingOfHold(apartmentId, holdId),
      onFault,
    });
    const registry: Registry = new Registry({
      journal,
      clock,
      publisher,
      deadlines,
      openHolds,
      saga,
      entropy,
      holdTtlMs: config.NIGHTLATCH_HOLD_TTL_SECONDS * 1_000,
      holdsPerGuest: config.NIGHTLATCH_HOLDS_PER_GUEST,
      ownership: membership,
      scheduler,
      snapshots: new SnapshotWriter(journal, scheduler, onFault),
      elsewhere: (asked) => cluster.ask(asked),
      onFault,
    });
    started(async () => {
      await registry.stop();
      saga.stop();
      deadlines.stop();
    });
    listings.onTermsChanged((apartmentId, terms) => registry.changeTerms(apartmentId, terms));

    const active = new ActiveApartments(journal, clock, longestHoldMs(config));
    const keeping = new ShardKeeping({
      ...{ registry, scheduler, onFault },
      active: () => active.read(),
      introduced: () => cluster.introduced(),
    });
    started(() => keeping.stop());
    const reads = new ApartmentReads(registry, journal, clock);
    const redis =
      config.REDIS_URL === undefined ? undefined : new RedisLink({ url: config.REDIS_URL, onFault });
    started(() => redis?.close());
    const peers: PeerLinks | undefined =
      redis &&
      new PeerLinks({
        selfId: membership.nodeId,
        secret: await peerSecret(pool, config),
        onRequest: (...request) => cluster.onRequest(...request),
        onNote: (...note) => cluster.onNote(...note),
        onLinkClosed: (nodeId, how) => {
          if (how === 'refused') membership.suspect(nodeId, 'its address refuses connections');
        },
        onFault,
      });
    const cluster: Cluster = new Cluster({
      ...{ registry, reads, openHolds, membership, peers, clock, scheduler, onFault },
      isAwake: (shard) => keeping.isAwake(shard),
      heard: (change) => listings.committed(change),
      missed: () => {
        listings.readAgain();
        changes.missed();
      },
    });
    changes.subscribe((change) => cluster.committed(change));
    started(() => cluster.stop());

    let isStarted = false;
    let bookingsToday = 0;
    const countBookings = async () => {
      bookingsToday = await countConfirmedSince(pool, Math.floor(nowMs() / 86_400_000) * 86_400_000);
    };
    await countBookings();
    const counting = setInterval(
      () => countBookings().catch((cause) => onFault('stats.fault', { cause })),
      BOOKINGS_TODAY_EVERY_MS,
    );
    started(() => clearInterval(counting));

    const operations = operationsFace({
      ...{ registry, openHolds, journal, membership, cluster },
      sockets: () => gateway.sockets(),
      feeds: () => gateway.feeds(),
      bookingsToday: () => bookingsToday,
      isStarted: () => isStarted,
    });
    const gateway: Gateway = await createGateway(
      {
        apartments: refusingOutages(
          apartmentsFace({
            cluster,
            reads,
            clock,
            changes,
            pool,
            overview: (which, limit) => listingsOverview(pool, which, limit),
          }),
        ),
        bookings: refusingOutages(
          bookingsFace({
            pool,
            nowMs,
            openHoldsOf: (guestId) => cluster.openHoldsOf(guestId),
            mayManage: (subject, apartmentId) => listings.mayManage(subject, apartmentId),
          }),
        ),
        listings: refusingOutages(listings),
        management: refusingOutages(
          managementFace({
            pool,
            figures: createFigures(pool, nowMs),
            written: () => listings.written(),
            ask: (subject, command) =>
              new Promise((reply) => cluster.ask({ subject, command, reply, sinceMs: nowMs(), attempts: 0 })),
          }),
        ),
        accounts: refusingOutages(accounts),
        operations,
      },
      {
        host: config.HOST,
        port: config.PORT,
        webRoot: fileURLToPath(new URL('../../dist/web', import.meta.url)),
        rateLimit: config.NIGHTLATCH_RATE_LIMIT,
        origins: config.NIGHTLATCH_ORIGINS,
        backplane:
          redis &&
          new Backplane(redis, {
            hasOthers: () => membership.peers().length > 0,
            isWatched: (apartmentId) => cluster.isWatchedElsewhere(apartmentId),
            hasFeed: () => cluster.hasFeedElsewhere(),
            tellFeed: () => cluster.tellFeed(),
          }),
        redis,
        peers,
        log,
      },
    );
    started(() => gateway.close());
    const { url } = await gateway.listen();

    // Peers must be able to reach this node before it owns anything.
    await membership.join();
    leave = () => membership.leave();
    membership.onOwnersChanged(() => {
      keeping.ownersChanged((shard) => membership.ownerOf(shard)?.isSelf === false);
      cluster.tellMoves();
    });
    const telling = setInterval(() => operations.tick(), FIGURES_EVERY_MS);
    started(() => clearInterval(telling));
    await keeping.awake();
    await listings.start();
    const inner = { storage, accounts, listings, ask: (asked: Asked) => cluster.ask(asked), nowMs };
    await hooks.beforeOpening?.(inner);
    hooks.signal?.throwIfAborted();
    isStarted = true;
    gateway.open();

    return {
      ...inner,
      url,
      async drain() {
        const isLast = membership.peers().length === 0;
        // Shards first, while everybody is still served: then nobody waits for them when this node is gone.
        let step = 'handing over';
        const steps = async () => {
          await membership.leave();
          step = 'asking sockets to leave';
          await gateway.drain(isLast ? 0 : DRAIN_GRACE_MS);
          step = 'answering';
          await registry.settle(DRAIN_DEADLINE_MS);
          step = 'closing';
          await stopAll();
        };
        if (!(await within(scheduler, STOP_DEADLINE_MS, steps())))
          log.warn({ event: 'server.stop_abandoned', step });
      },
      close: stopAll,
    };
  } catch (error) {
    // What it has been given goes back while it can still be drained: others need not find it without an owner.
    await leave();
    await stopAll().catch((cause) => onFault('start.not_undone', { cause }));
    throw error;
  }
}

/** What search starts from: what the tables say, and the holds that are open on any node. */
async function* takenAfter(storage: Storage, cluster: Cluster, night: number): AsyncGenerator<TakenRange[]> {
  for await (const chunk of takenRanges(storage.pool, night)) yield chunk;
  const open = await cluster.openEverywhere();
  yield open.map(({ apartmentId, from, to }) => ({ apartmentId, from, to, status: 'held' }));
}

async function peerSecret(pool: Pool, config: Config): Promise<string> {
  const made = randomBytes(32).toString('base64url');
  return config.NIGHTLATCH_PEER_SECRET ?? String(await settingOr(pool, 'peer_secret', made));
}

/** An apartment without a fact younger than this has no open hold. */
function longestHoldMs(config: Config): number {
  const ttlMs = Math.max(HOLD_TTL_SECONDS_MAX, config.NIGHTLATCH_HOLD_TTL_SECONDS) * 1_000;
  return ttlMs + HOLD_CAP_MS + PAYMENT_DEADLINE_MS;
}

/** 72 random bits as 12 URL-safe characters, from a buffer that is refilled now and then: ids are made on the hot path. */
const ENTROPY_BYTES = 9;
let pool = Buffer.alloc(0);
let used = 0;
function entropy(): string {
  if (used + ENTROPY_BYTES > pool.length) {
    pool = randomBytes(ENTROPY_BYTES * 512);
    used = 0;
  }
  used += ENTROPY_BYTES;
  return pool.toString('base64url', used - ENTROPY_BYTES, used);
}
