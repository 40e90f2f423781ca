import { beforeEach, describe, expect, it } from 'vitest';
import { ROUTED_WAITING_MAX } from '../../src/cluster/limits.ts';
import type { PeerReply } from '../../src/cluster/peers/messages.ts';
import { MOVED, Router } from '../../src/cluster/router.ts';
import { MemoryJournal } from '../../src/persistence/journal/memory-journal.ts';
import { COMMAND_DEADLINE_MS } from '../../src/protocol/limits.ts';
import { Answer, House, ManualTime, turnOfEvents } from '../support/apartment-house.ts';
import { openTerms } from '../support/terms.ts';

const NOW_MS = Date.UTC(2027, 0, 1, 12);
const TODAY = Math.floor(NOW_MS / 86_400_000);
const ana = { id: 'ana', kind: 'guest' } as const;
const A = 'a1';
const PEER = { nodeId: 'n2', url: 'http://peer', isSelf: false };

interface Request {
  readonly method: string;
  readonly body: unknown;
  readonly deadlineMs: number;
  readonly done: (reply: PeerReply) => void;
}

let time: ManualTime;
let house: House;
let router: Router;
let isHere: boolean;
let isKnown: boolean;
/** Whether the registry still finds itself the owner. */
let owns: boolean;
let owner: typeof PEER | undefined;
let hints: number;
let changed: () => void;
let requests: Request[];
let faults: string[];

beforeEach(() => {
  const journal = new MemoryJournal();
  journal.addListing(A, openTerms());
  time = new ManualTime(NOW_MS);
  owns = true;
  house = new House({ journal, time, epochOf: () => (owns ? 1 : undefined) });
  isHere = false;
  isKnown = true;
  owner = PEER;
  hints = 0;
  requests = [];
  faults = [];
  router = new Router({
    ...{ registry: house.registry, reads: house.reads, clock: { nowMs: () => time.nowMs }, scheduler: time },
    routing: {
      accepts: () => isHere,
      ownerOf: () => owner,
      onOwnersChanged: (listener) => {
        changed = listener;
        return () => {};
      },
      mayWrite: () => isKnown,
      hint: () => void hints++,
    },
    peers: {
      request: (_peer, method, body, deadlineMs, done) =>
        void requests.push({ method, body, deadlineMs, done }),
    },
    onFault: (event) => faults.push(event),
  });
});

function ask(): Answer {
  const answer = new Answer();
  const stay = { from: TODAY, to: TODAY + 2 };
  router.ask({
    subject: ana,
    command: { kind: 'hold', apartmentId: A, requestId: House.requestId(), stay, guests: 1 },
    reply: (outcome) => answer.settle(outcome),
    sinceMs: time.nowMs,
    attempts: 0,
  });
  return answer;
}
const body = (value: unknown): PeerReply => ({ ok: true, body: value });

describe('a command', () => {
  it('of an apartment that runs here goes nowhere else', async () => {
    isHere = true;
    const answer = ask();
    await turnOfEvents();
    expect([answer.code, requests.length]).toEqual(['ok', 0]);
  });

  it('is answered by its owner, and told what is left of its time', async () => {
    owner = undefined;
    const answer = ask();
    await time.pass(3_000);
    owner = PEER;
    await time.pass(100);
    expect(requests).toHaveLength(1);
    expect(requests[0]!.deadlineMs).toBeLessThanOrEqual(COMMAND_DEADLINE_MS - 3_000);
    requests[0]!.done(body({ ok: false, error: { code: 'not_found' } }));
    expect(answer.code).toBe('not_found');
  });

  for (const reply of [body(MOVED), { ok: false, why: 'closed' }, { ok: false, why: 'refused' }] as const) {
    it(`[I3] ${reply.ok ? 'moved' : reply.why}: is asked again, the same, of whoever owns it then`, async () => {
      const answer = ask();
      requests[0]!.done(reply);
      expect(hints).toBe(1);
      isHere = true;
      changed();
      await turnOfEvents();
      expect(answer.code).toBe('ok');
      expect(requests).toHaveLength(1);
    });
  }

  it('is sent again under the same requestId while its owner does not answer', async () => {
    ask();
    requests[0]!.done({ ok: false, why: 'closed' });
    await time.pass(100);
    requests[1]!.done({ ok: false, why: 'busy' });
    await time.pass(100);
    expect(new Set(requests.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(requests).toHaveLength(3);
  });

  it('[C10] that not all servers know is not sent to one', async () => {
    const extend = (minutes?: number) => {
      const answer = new Answer();
      router.ask({
        subject: { id: 'adm', kind: 'admin' },
        command: {
          ...({ kind: 'extend', apartmentId: A, requestId: House.requestId(), holdId: 'h1' } as const),
          ...(minutes !== undefined && { minutes }),
        },
        reply: (outcome) => answer.settle(outcome),
        sinceMs: time.nowMs,
        attempts: 0,
      });
      return answer;
    };
    isKnown = false;
    expect([extend(5).code, requests.length]).toEqual(['unavailable', 0]);
    extend();
    expect(requests).toHaveLength(1);
    isKnown = true;
    extend(5);
    expect(requests).toHaveLength(2);
  });

  it('[C5] a calendar is asked again of whoever owns the apartment after it moved while it was read', async () => {
    isHere = true;
    owns = false;
    const reading = router.calendar(A, { from: TODAY, to: TODAY + 5 });
    await turnOfEvents();
    isHere = false;
    await time.pass(100);
    expect(requests.map(({ method }) => method)).toEqual(['calendar']);
    requests[0]!.done(body({ ok: true, data: 'theirs' }));
    expect(await reading).toEqual({ ok: true, data: 'theirs' });
  });

  it("[C5] claims are asked of the apartment's owner too", async () => {
    const reading = router.claims(A, { from: TODAY, to: TODAY + 5 });
    expect(requests).toMatchObject([{ method: 'claims', body: [A, { from: TODAY, to: TODAY + 5 }] }]);
    requests[0]!.done(body({ ok: true, data: 'theirs' }));
    expect(await reading).toEqual({ ok: true, data: 'theirs' });
  });

  it('[C1] ends as `unavailable` at its deadline, wherever it waits', async () => {
    const waiting = ask();
    requests[0]!.done({ ok: false, why: 'deadline' });
    expect(waiting.code).toBe('unavailable');
    owner = undefined;
    const orphan = ask();
    await time.pass(COMMAND_DEADLINE_MS + 200);
    expect(orphan.code).toBe('unavailable');
    expect(router.waiting).toBe(0);
  });

  it('[C1] is answered `unavailable` where its owner answers what cannot be read, and that is told', async () => {
    const rubbish = [null, 'ok', [], { ok: true }, { ok: false, error: null }, { ok: 1, data: {} }];
    const answers = rubbish.map((value, nth) => {
      const answer = ask();
      requests[nth]!.done(body(value));
      return answer.code;
    });
    expect(answers).toEqual(rubbish.map(() => 'unavailable'));
    expect(faults).toEqual(rubbish.map(() => 'peer.answer_not_read'));
  });

  it('is refused before more wait than may', () => {
    owner = undefined;
    const answers = Array.from({ length: ROUTED_WAITING_MAX + 1 }, ask);
    expect(answers.at(-1)!.code).toBe('unavailable');
    expect(answers.filter(({ code }) => code !== undefined)).toHaveLength(1);
  });
});
