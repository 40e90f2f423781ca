/** This process as one of the servers that run apartments: its lease, the apartments here, and the way to all others. */
import { ChangeBus } from '../actors/change-bus.ts';
import { Deadlines } from '../actors/deadlines.ts';
import { OpenHolds } from '../actors/open-holds.ts';
import { Origins } from '../actors/origins.ts';
import { PaymentSaga } from '../actors/payment-saga.ts';
import { ApartmentReads } from '../actors/reads.ts';
import { Registry } from '../actors/registry.ts';
import { SnapshotWriter } from '../actors/snapshot-writer.ts';
import type { HeardChange } from '../cluster/change-stream.ts';
import { Cluster } from '../cluster/cluster.ts';
import { Membership } from '../cluster/membership/membership.ts';
import { postgresLeases } from '../cluster/membership/postgres-leases.ts';
import { PeerLinks } from '../cluster/peers/peer-links.ts';
import type { PeerSecrets } from '../cluster/peers/ports.ts';
import { ShardKeeping } from '../cluster/shard-keeping.ts';
import type { Audience } from '../gateway/sockets/backplane.ts';
import type { Storage } from '../persistence/index.ts';
import type { PostgresJournal } from '../persistence/journal/journal.ts';
import { createPool, endPool } from '../persistence/pool.ts';
import { adopterOf } from '../persistence/statements/adoptions.ts';
import { anyBookingOf } from '../persistence/statements/bookings.ts';
import { postgresBooks } from '../persistence/statements/sandbox-payments.ts';
import { guestIdsOf } from '../protocol/ids.ts';
import { SandboxPayments } from '../services/payments/sandbox/provider.ts';
import type { Clock } from '../time/clock.ts';
import { TIMERS as scheduler } from '../time/scheduler.ts';
import { entropy } from './entropy.ts';
import { openPeerSecrets } from './peer-keys.ts';
import type { Start } from './start.ts';

export interface ApartmentsNode {
  readonly clock: Clock;
  readonly journal: PostgresJournal;
  readonly membership: Membership;
  readonly registry: Registry;
  readonly openHolds: OpenHolds;
  readonly reads: ApartmentReads;
  readonly cluster: Cluster;
  /** Undefined where this node is alone. */
  readonly peers: PeerLinks | undefined;
  /** What it and others prove to know. Undefined where this node is alone. */
  readonly secrets: PeerSecrets | undefined;
  /** What other servers' sockets want to hear of the apartments here. */
  readonly audience: Audience;
  /** Of the apartments here, as committed; and whether others' may have been missed. */
  readonly changes: ChangeBus;
  /** Told of other nodes' committed changes. To be called before `join`. */
  onHeard(listener: (change: HeardChange) => void): void;
  /** Told of whom an apartment here has refused, asked by way of another node, what is somebody else's. */
  onAccessRefused(listener: (subjectId: string, command: string) => void): void;
  /** Peers must be able to reach this node. Resolves when it owns shards; their apartments still start. */
  join(): Promise<void>;
  /** Resolves when everything that must run in those shards does. */
  awake(): Promise<void>;
}

/** Its parts call each other, so that some are named before they are made; none of them calls before `join`. */
export async function openApartmentsNode(start: Start, storage: Storage): Promise<ApartmentsNode> {
  const { config, onFault, started } = start;
  const { pool, journal } = storage;
  const isAlone = config.REDIS_URL === undefined;

  const leases = createPool(storage.url, { max: 3, name: 'leases' });
  started(() => endPool(leases));
  const membership = await Membership.open({
    leases: postgresLeases(leases),
    url: config.NIGHTLATCH_NODE_URL ?? `http://${config.HOST}:${config.PORT}`,
    exclusive: isAlone,
    level: config.NIGHTLATCH_FEATURE_LEVEL,
    onClaimed: (shards) => keeping.onClaimed(shards),
    onDraining: (shards) => keeping.onDraining(shards),
    onLost: (shards, reason) => keeping.onLost(shards, reason),
    onEntered(nodeId) {
      journal.become(nodeId);
      storage.history.become(nodeId, () => membership.generation);
      peers?.become(nodeId);
    },
    onFault,
  });
  started(() => membership.stop());
  const { clock } = membership;
  const nowMs = () => clock.nowMs();

  const changes = new ChangeBus(onFault);
  const origins = new Origins({
    holdsMax: config.NIGHTLATCH_HOLDS_PER_ADDRESS,
    nightsMax: config.NIGHTLATCH_NIGHTS_PER_ADDRESS,
    hasBooked: (origin) => anyBookingOf(pool, guestIdsOf(origin)),
    onFault,
  });
  const openHolds = new OpenHolds(config.NIGHTLATCH_RATE_LIMIT === 'on' ? origins : undefined);
  const deadlines = new Deadlines(scheduler, nowMs);
  const saga = new PaymentSaga({
    provider: new SandboxPayments({ books: postgresBooks(pool), nowMs, after: scheduler.after }),
    scheduler,
    report: (apartmentId, step) => registry.payment(apartmentId, step),
    pendingBooking: (apartmentId, holdId) => journal.bookingOfHold(apartmentId, holdId),
    onFault,
  });
  const registry: Registry = new Registry({
    ...{ journal, clock, deadlines, openHolds, saga, entropy, scheduler, onFault },
    publisher: changes,
    ownership: membership,
    holdTtlMs: config.NIGHTLATCH_HOLD_TTL_SECONDS * 1_000,
    holdsPerGuest: config.NIGHTLATCH_HOLDS_PER_GUEST,
    mayWrite: (feature) => membership.mayWrite(feature),
    heirOf: (guestId) => adopterOf(pool, guestId),
    snapshots: new SnapshotWriter(journal, scheduler, onFault, (id) => registry.unsound(id)),
    elsewhere: (asked) => cluster.ask(asked),
    readable: () => cluster.untold(),
  });
  started(async () => {
    await registry.stop();
    saga.stop();
    deadlines.stop();
  });

  const keeping = new ShardKeeping({
    ...{ registry, scheduler, onFault },
    restless: (...args) => journal.restless(...args),
    introduced: () => cluster.introduced(),
  });
  started(() => keeping.stop());

  const secrets = isAlone ? undefined : await openPeerSecrets(start, pool, nowMs);
  const peers: PeerLinks | undefined =
    secrets &&
    new PeerLinks({
      selfId: membership.nodeId,
      secrets,
      level: config.NIGHTLATCH_FEATURE_LEVEL,
      leastLevel: () => membership.leastLevel,
      history: storage.history.id,
      onRequest: (...request) => cluster.onRequest(...request),
      onNote: (...note) => cluster.onNote(...note),
      onLinkClosed: (nodeId, how) => {
        if (how === 'refused') membership.suspect(nodeId, 'its address refuses connections');
      },
      onFault,
    });
  const reads = new ApartmentReads(registry, journal, clock, scheduler);
  const listeners: ((change: HeardChange) => void)[] = [];
  const ofAccess: ((subjectId: string, command: string) => void)[] = [];
  const cluster: Cluster = new Cluster({
    ...{ registry, reads, openHolds, membership, peers, clock, scheduler, onFault },
    isAwake: (shard) => keeping.isAwake(shard),
    heard(change) {
      for (const listener of listeners) listener(change);
    },
    missed: () => changes.missed(),
    accessRefused(...refused) {
      for (const listener of ofAccess) listener(...refused);
    },
  });
  changes.subscribe((change) => cluster.committed(change));
  started(() => cluster.stop());

  return {
    ...{ clock, journal, membership, registry, openHolds, reads, cluster, peers, secrets, changes },
    audience: {
      hasOthers: () => membership.peers().length > 0,
      isWatched: (apartmentId) => cluster.isWatchedElsewhere(apartmentId),
      hasFeed: () => cluster.hasFeedElsewhere(),
      tellFeed: () => cluster.tellFeed(),
    },
    onHeard: (listener) => void listeners.push(listener),
    onAccessRefused: (listener) => void ofAccess.push(listener),
    async join() {
      await membership.join();
      membership.onOwnersChanged(() => {
        keeping.ownersChanged((shard) => membership.ownerOf(shard)?.isSelf === false);
        cluster.tellMoves();
      });
    },
    awake: () => keeping.awake(),
  };
}
