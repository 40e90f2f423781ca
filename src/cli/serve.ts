import { once } from 'node:events';
import { resolve } from 'node:path';
import { type App, createApp } from '../app/app.ts';
import { type Config, refusePlayMoney } from '../config.ts';
import { createLog, type Log } from '../observability/log.ts';
import { demoHost, firstAdmin } from './first-accounts.ts';
import { seedDemo } from './seed-demo.ts';

/** How PostgreSQL came to be there, for the start's screen. */
export const STARTED: Record<string, string> = {
  created: 'a new embedded PostgreSQL',
  started: 'the embedded PostgreSQL',
  recovered: 'the embedded PostgreSQL, recovered after it had been killed',
  attached: 'the embedded PostgreSQL that an earlier server left running',
  given: 'the PostgreSQL of DATABASE_URL',
};

/**
 * Runs the server until SIGTERM or SIGINT, then drains it, or undoes its start; a second signal ends it at once. Where an
 * operator has accepted another history, nothing that it knows is worth anything, and it begins anew.
 */
export async function serve(config: Config): Promise<void> {
  refusePlayMoney(config);
  const log = createLog(config.LOG_LEVEL);
  const signal = untilAskedToStop(log);
  for (;;) {
    const app = await start(config, log, signal);
    if (!signal.aborted) await Promise.race([once(signal, 'abort'), app.replaced]);
    if (signal.aborted) {
      await app.drain();
      process.exit(0);
    }
    log.warn({ event: 'history.accepted' });
    await app.close();
  }
}

async function start(config: Config, log: Log, signal: AbortSignal): Promise<App> {
  const startedMs = performance.now();
  let adminLine = '';
  let hostLine: string | undefined;
  const app = await createApp(config, log, {
    signal,
    async beforeOpening(parts) {
      adminLine = await firstAdmin(config, parts.storage, parts.accounts);
      if (config.NIGHTLATCH_SEED === 'demo' && parts.storage.isEmbedded) await seedDemo(parts);
      hostLine = await demoHost(config, parts.storage, parts.accounts);
    },
  }).catch((cause) => {
    if (!signal.aborted) throw cause;
    // Ctrl+C at a terminal also reaches what the start runs, and that it failed is what was asked for.
    if (cause !== signal.reason) log.info({ event: 'start.cut_short', cause });
    return process.exit(0);
  });
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  const data = app.storage.isEmbedded
    ? `${STARTED[app.storage.state]}, in ${resolve(config.NIGHTLATCH_DATA_DIR)}`
    : STARTED.given;
  process.stdout.write(
    `Nightlatch is ready (${seconds} s)

  Guests   ${app.url}/
  Admin    ${app.url}/admin   ${adminLine}${hostLine === undefined ? '' : `\n  Host     ${app.url}/hosting   ${hostLine}`}
  API      ${app.url}/docs
  Data     ${data}
  Payments a sandbox: no money is taken
  Listings ${app.listings.count.listed}

Stop it with Ctrl+C.
`,
  );
  return app;
}

function untilAskedToStop(log: Log): AbortSignal {
  const asked = new AbortController();
  const leave = (signal: NodeJS.Signals) => {
    if (asked.signal.aborted) process.exit(1);
    log.info({ event: 'server.draining', signal });
    asked.abort(new Error(`asked to stop by ${signal}`));
  };
  process.on('SIGTERM', leave);
  process.on('SIGINT', leave);
  return asked.signal;
}
