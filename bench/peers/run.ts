/** What a request between two servers costs, beside bare WebSocket messages of the same sizes, in one run. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Histogram } from 'hdr-histogram-js';
import { WebSocket } from 'ws';
import { PeerLinks } from '../../src/cluster/peers/peer-links.ts';
import { onlySecret } from '../../src/cluster/peers/ports.ts';
import { newHistogram } from '../driver/recorder.ts';
import { table } from '../table.ts';
import { REQUEST } from './bodies.ts';

export interface PeersOptions {
  readonly seconds: number;
  readonly rounds: number;
  /** Requests in flight at once, one row each. */
  readonly depths: readonly number[];
}

/** Asks once; calls `done` at the answer. */
type Ask = (done: () => void) => void;

interface Row {
  requests: number;
  elapsedMs: number;
  askerMicros: number;
  serverMicros: number;
  frames: number;
  readonly roundTripMicros: Histogram;
}

const SECRET = 'of this bench alone, on loopback';
const WARM_UP_MS = 1_000;
const NODE_FLAGS = ['--max-semi-space-size=64'];

export async function runPeers({ seconds, rounds, depths }: PeersOptions): Promise<void> {
  const server = fork(fileURLToPath(new URL('./server.ts', import.meta.url)), ['node_bench', SECRET], {
    execArgv: NODE_FLAGS,
  });
  const [{ port }] = (await once(server, 'message')) as [{ port: number }];
  const serverMicros = async () => {
    server.send('usage');
    const [{ cpuMicros }] = (await once(server, 'message')) as [{ cpuMicros: number }];
    return cpuMicros;
  };
  const peer = { id: 'node_bench', url: `http://127.0.0.1:${port}` };
  const links = new PeerLinks({ selfId: 'node_asker', secrets: onlySecret(SECRET), onRequest: () => {} });
  const bare = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false });
  try {
    await once(bare, 'open');
    const contenders: { name: string; ask: Ask; frames: () => number }[] = [
      {
        name: 'peer link',
        ask: (done) =>
          links.request(peer, 'ask', REQUEST, 10_000, (reply) => {
            if (!reply.ok) throw new Error(`the peer link failed: ${reply.why}`);
            done();
          }),
        frames: () => links.stats().framesSent,
      },
      bareAsk(bare),
    ];
    const rows = new Map<string, Row>();
    for (let round = 0; round < rounds; round++) {
      for (const depth of depths) {
        for (const { name, ask, frames } of contenders) {
          await load(ask, depth, WARM_UP_MS);
          const key = `${name}\t${depth}`;
          const row = rows.get(key) ?? newRow();
          rows.set(key, row);
          const [cpu, framesBefore, theirs] = [process.cpuUsage(), frames(), await serverMicros()];
          const startMs = performance.now();
          row.requests += await load(ask, depth, seconds * 1_000, row.roundTripMicros);
          row.elapsedMs += performance.now() - startMs;
          row.serverMicros += (await serverMicros()) - theirs;
          const { user, system } = process.cpuUsage(cpu);
          row.askerMicros += user + system;
          row.frames += frames() - framesBefore;
        }
      }
    }
    console.log(reportOf(rows));
  } finally {
    bare.terminate();
    await links.close();
    server.disconnect();
  }
}

/** One frame a message, answered in order; nothing is parsed: what the transport alone costs. */
function bareAsk(webSocket: WebSocket): { name: string; ask: Ask; frames: () => number } {
  const message = Buffer.from(JSON.stringify(REQUEST));
  const waiting: (() => void)[] = [];
  let frames = 0;
  let first = 0;
  webSocket.on('message', () => {
    const done = waiting[first++];
    if (first === waiting.length) {
      waiting.length = 0;
      first = 0;
    }
    done?.();
  });
  return {
    name: 'bare ws echo',
    ask(done) {
      waiting.push(done);
      frames += 1;
      webSocket.send(message, { binary: false });
    },
    frames: () => frames,
  };
}

/** A closed loop: each answer calls for the next request. @returns requests answered */
function load(ask: Ask, depth: number, forMs: number, roundTripMicros?: Histogram): Promise<number> {
  const untilMs = performance.now() + forMs;
  let answered = 0;
  let open = 0;
  return new Promise((resolve) => {
    const next = () => {
      const sentMs = performance.now();
      open += 1;
      ask(() => {
        const nowMs = performance.now();
        open -= 1;
        answered += 1;
        roundTripMicros?.recordValue(Math.round((nowMs - sentMs) * 1_000));
        if (nowMs < untilMs) next();
        else if (open === 0) resolve(answered);
      });
    };
    for (let i = 0; i < depth; i++) next();
  });
}

function newRow(): Row {
  return {
    requests: 0,
    elapsedMs: 0,
    askerMicros: 0,
    serverMicros: 0,
    frames: 0,
    roundTripMicros: newHistogram(),
  };
}

function reportOf(rows: ReadonlyMap<string, Row>): string {
  return table(
    ['', 'in flight', 'requests/s', 'p50 µs', 'p99 µs', 'asker µs', 'server µs', 'requests/frame'],
    [...rows].map(([key, row]) => [
      ...key.split('\t'),
      ((1_000 * row.requests) / row.elapsedMs).toFixed(0),
      String(row.roundTripMicros.getValueAtPercentile(50)),
      String(row.roundTripMicros.getValueAtPercentile(99)),
      (row.askerMicros / row.requests).toFixed(1),
      (row.serverMicros / row.requests).toFixed(1),
      (row.requests / row.frames).toFixed(1),
    ]),
  );
}
