import { resolve } from 'node:path';
import { type App, createApp } from '../app.ts';
import type { Config } from '../config.ts';
import { createLog } from '../observability/log.ts';
import { firstAdmin } from './first-admin.ts';
import { seedDemo } from './seed-demo.ts';

const STARTED: Record<string, string> = {
  created: 'a new embedded PostgreSQL',
  started: 'the embedded PostgreSQL',
  recovered: 'the embedded PostgreSQL, recovered after it had been killed',
  attached: 'the embedded PostgreSQL that an earlier server left running',
  given: 'the PostgreSQL of DATABASE_URL',
};

/** Runs the server until SIGTERM or SIGINT, then drains it; a second signal ends it at once. */
export async function serve(config: Config): Promise<void> {
  const startedMs = performance.now();
  const log = createLog(config.LOG_LEVEL);
  let adminLine = '';
  const app = await createApp(config, log, {
    async beforeListening(parts) {
      adminLine = await firstAdmin(config, parts.storage, parts.accounts);
      if (config.NIGHTLATCH_SEED === 'demo' && parts.storage.isEmbedded) await seedDemo(parts);
    },
  });
  // Before anybody can read that it is ready: a signal that comes right after must find it listening.
  const stopped = untilAskedToStop(app, log);
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  const data = app.storage.isEmbedded
    ? `${STARTED[app.storage.state]}, in ${resolve(config.NIGHTLATCH_DATA_DIR)}`
    : STARTED.given;
  process.stdout.write(
    `Nightlatch is ready (${seconds} s)

  Guests   ${app.url}/
  Admin    ${app.url}/admin   ${adminLine}
  API      ${app.url}/docs
  Data     ${data}
  Listings ${app.listings.count.listed}

Stop it with Ctrl+C.
`,
  );
  await stopped;
}

function untilAskedToStop(app: App, log: ReturnType<typeof createLog>): Promise<void> {
  return new Promise((_, reject) => {
    let isLeaving = false;
    const leave = (signal: NodeJS.Signals) => {
      if (isLeaving) process.exit(1);
      isLeaving = true;
      log.info({ event: 'server.draining', signal });
      app.drain().then(() => process.exit(0), reject);
    };
    process.on('SIGTERM', leave);
    process.on('SIGINT', leave);
  });
}
