/** The composition root: the parts in the order in which they are started, and stopped the other way round. */
import { fileURLToPath } from 'node:url';
import { traceTo } from '../actors/trace.ts';
import type { Config } from '../config.ts';
import { createGateway } from '../gateway/gateway.ts';
import type { Apartments } from '../gateway/ports.ts';
import { Backplane } from '../gateway/sockets/backplane.ts';
import type { Log } from '../observability/log.ts';
import { openStorage, type Storage } from '../persistence/index.ts';
import type { AccountsService } from '../services/accounts/index.ts';
import type { ListingsService } from '../services/listings/index.ts';
import { createApartments } from './apartments.ts';
import { openApartmentsNode } from './apartments-node.ts';
import { drain } from './drain.ts';
import { watchHistory } from './history-watch.ts';
import { openOperations } from './operations.ts';
import { explainOutage } from './outages.ts';
import { openRedis } from './redis.ts';
import { openServices } from './services.ts';
import type { Start } from './start.ts';
import { storageOf } from './storage.ts';
import { keepVolumes } from './volume-keeping.ts';

export interface App {
  readonly url: string;
  readonly storage: Storage;
  readonly accounts: AccountsService;
  readonly listings: ListingsService;
  /** As the gateway has them. */
  readonly apartments: Apartments;
  readonly nowMs: () => number;
  /** Resolves when the database has a history that an operator has accepted since: everything here is to begin anew. */
  readonly replaced: Promise<void>;
  /** Leaves without an error seen outside, then stops everything; what that leaves undone after STOP_DEADLINE_MS is logged. */
  drain(): Promise<void>;
  /** Stops everything at once, without losing what was acknowledged. */
  close(): Promise<void>;
}

export interface AppHooks {
  /** Aborted during the start: the step under way is finished, none is begun, and what was started is stopped again. */
  readonly signal?: AbortSignal;
  /** Runs when commands are carried out, before anybody is let in: fills an empty catalogue, say. */
  readonly beforeOpening?: (app: Omit<App, 'url' | 'replaced' | 'drain' | 'close'>) => Promise<void>;
}

const STATS_EVERY_MS = 1_000;
const WEB_ROOT = fileURLToPath(new URL('../../dist/web', import.meta.url));

/** @throws Error whose message is one sentence for the operator, or the signal's reason */
export async function createApp(
  config: Config,
  log: Log,
  { signal, beforeOpening }: AppHooks = {},
): Promise<App> {
  const onFault = (event: string, details: Record<string, unknown>) => log.warn({ ...details, event });
  const parts = new AsyncDisposableStack();
  const started = (stop: () => Promise<void> | void) => {
    parts.defer(stop);
    signal?.throwIfAborted();
  };
  const start: Start = { config, onFault, started };
  let leave = async () => {};

  try {
    const storage = await openStorage({
      ...storageOf(config),
      acceptDataLoss: config.NIGHTLATCH_UNSAFE_STORAGE === 'accept-data-loss',
      onFault,
    });
    started(() => storage.close());
    const node = await openApartmentsNode(start, storage);
    if (log.isLevelEnabled('trace')) node.registry.system.inspect(traceTo((line) => log.trace(line)));
    const services = await openServices(start, storage, node);
    const operations = await openOperations(start, storage, node);
    const redis = await openRedis(start, storage, node);
    const apartments = createApartments(node, { pool: storage.pool, ...services, onFault });
    const gateway = await createGateway(
      {
        apartments,
        ...services,
        operations,
        explain: explainOutage,
      },
      {
        host: config.HOST,
        port: config.PORT,
        webRoot: WEB_ROOT,
        rateLimit: config.NIGHTLATCH_RATE_LIMIT,
        loadShedding: config.NIGHTLATCH_RATE_LIMIT,
        trustedProxies: config.NIGHTLATCH_TRUSTED_PROXIES,
        origins: config.NIGHTLATCH_ORIGINS,
        pictureHosts: config.NIGHTLATCH_PICTURE_HOSTS,
        backplane: redis && new Backplane(redis, node.audience),
        redis,
        peers: node.peers,
        log,
      },
    );
    started(() => gateway.close());
    const { url } = await gateway.listen();

    // Peers must be able to reach this node before it owns anything.
    await node.join();
    leave = () => node.membership.leave();
    const watch = watchHistory(storage, node, gateway, log);
    started(() => watch.stop());
    const volumes = keepVolumes(start, storage, node);
    started(() => volumes.stop());
    const telling = setInterval(() => operations.tick(gateway), STATS_EVERY_MS);
    started(() => clearInterval(telling));
    await node.awake();
    await services.listings.start();
    const { accounts, listings } = services;
    const inner = { storage, accounts, listings, apartments, nowMs: () => node.clock.nowMs() };
    await beforeOpening?.(inner);
    signal?.throwIfAborted();
    gateway.open();

    const close = () => parts.disposeAsync();
    const { replaced } = watch;
    return { ...inner, url, replaced, drain: () => drain(node, gateway, close, log), close };
  } catch (error) {
    // What it has been given goes back while it can still be drained: others need not find it without an owner.
    await leave();
    await parts.disposeAsync().catch((cause) => onFault('start.not_undone', { cause }));
    throw error;
  }
}
