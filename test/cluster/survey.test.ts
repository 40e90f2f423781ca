import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PeerQuestions, part } from '../../src/cluster/peer-answers.ts';
import type { PeerReply } from '../../src/cluster/peers/messages.ts';
import { ShardSet } from '../../src/cluster/shard-set.ts';
import { Survey } from '../../src/cluster/survey.ts';
import { Refusal } from '../../src/protocol/errors.ts';
import { COMMAND_DEADLINE_MS } from '../../src/protocol/limits.ts';
import { ManualTime } from '../support/apartment-house.ts';

const EVEN = ShardSet.where((shard) => shard % 2 === 0).toString();
const ODD = ShardSet.where((shard) => shard % 2 === 1).toString();
const ALMOST_ODD = ShardSet.where((shard) => shard % 2 === 1 && shard !== 255).toString();
const body = (value: unknown): PeerReply => ({ ok: true, body: value });

let time: ManualTime;
let replies: PeerReply[];
let faults: string[];
let here: () => Promise<readonly string[]>;

beforeEach(() => {
  time = new ManualTime(0);
  replies = [];
  faults = [];
  here = async () => ['mine'];
});

async function asked(ms = COMMAND_DEADLINE_MS + 1_000): Promise<readonly string[] | undefined> {
  const survey = new Survey({
    questions: new PeerQuestions(
      {
        request: (_peer, _method, _body, _deadlineMs, done) =>
          done(replies.shift() ?? { ok: false, why: 'closed' }),
      },
      (event) => faults.push(event),
    ),
    others: () => [{ id: 'n2', url: 'http://n2' }],
    ownShards: () => EVEN,
    clock: { nowMs: () => time.nowMs },
    scheduler: time,
  });
  let found: readonly string[] | undefined | 'waiting' = 'waiting';
  void survey
    .everywhere('holds', 'ana', part(z.string()), () => here())
    .then((all) => {
      found = all;
    });
  await time.pass(ms);
  if (found === 'waiting') throw new Error('it does not end');
  return found;
}

describe('a question to all nodes', () => {
  it('is answered when the answers speak for every shard', async () => {
    replies = [body({ shards: ODD, found: ['theirs'] })];
    expect(await asked(0)).toEqual(['mine', 'theirs']);
  });

  it('is asked again while one shard is between two owners, or a node does not answer', async () => {
    replies = [
      body({ shards: ALMOST_ODD, found: ['theirs'] }),
      { ok: false, why: 'refused' },
      body({ shards: ODD, found: ['theirs', 'late'] }),
    ];
    expect(await asked(200)).toEqual(['mine', 'theirs', 'late']);
  });

  it('is asked again where an answer cannot be read, and that is told', async () => {
    const whole = body({ shards: ODD, found: [] });
    replies = [body(null), body([ODD]), body({ shards: ODD, found: [7] }), whole];
    expect(await asked(1_000)).toEqual(['mine']);
    expect(faults).toEqual(Array(3).fill('peer.answer_not_read'));
  });

  it('is asked again where an apartment here could not be read', async () => {
    replies = [body({ shards: ODD, found: [] }), body({ shards: ODD, found: [] })];
    let tries = 0;
    here = async () => {
      tries += 1;
      if (tries === 1) throw new Refusal('unavailable', 'it is being loaded');
      return ['mine'];
    };
    expect(await asked(100)).toEqual(['mine']);
  });

  it('ends at its deadline without an answer rather than with a part of one', async () => {
    expect(await asked()).toBeUndefined();
  });

  it('takes no rubbish for shards', () => {
    const shards = new ShardSet();
    for (const text of [undefined, 7, '', 'f', 'z'.repeat(64)]) shards.add(text);
    expect(shards.isWhole).toBe(false);
    shards.add(EVEN);
    expect(shards.isWhole).toBe(false);
    shards.add(ODD);
    expect(shards.isWhole).toBe(true);
  });
});
