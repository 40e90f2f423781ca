/**
 * This node among the others, as the rest of the program sees it: commands and questions reach their apartment wherever
 * it runs, and what every node keeps of all apartments is told to all. A node that is alone is one without peers.
 */

import type { OpenHolds } from '../actors/open-holds.ts';
import type { ApartmentReads } from '../actors/reads.ts';
import type { Registry } from '../actors/registry.ts';
import type { Asked } from '../actors/turn.ts';
import type { StandingClaims } from '../protocol/claims.ts';
import type { CommittedChange, NightChange } from '../protocol/committed-change.ts';
import { type Outcome, Refusal } from '../protocol/errors.ts';
import { shardOf } from '../protocol/ids.ts';
import type { NightRange } from '../protocol/nights.ts';
import type { Calendar, Hold } from '../protocol/resources.ts';
import type { Clock } from '../time/clock.ts';
import { OneAtATime } from '../time/one-at-a-time.ts';
import type { Scheduler } from '../time/scheduler.ts';
import { within } from '../time/within.ts';
import { CHANGES, ChangeStream, type HeardChange } from './change-stream.ts';
import { Interest } from './interest.ts';
import {
  COUNT_AGAIN_MS,
  FEED_DEADLINE_MS,
  HEARSAY_DEADLINE_MS,
  INTRODUCTION_DEADLINE_MS,
  KNOWN_HOLDS_AT_ONCE,
  OPEN_PARTS,
  VERSIONS_DEADLINE_MS,
} from './limits.ts';
import type { Membership } from './membership/membership.ts';
import type { Peer } from './membership/ports.ts';
import { NODE_STATS, type NodeStats, StatsOfNodes } from './node-stats.ts';
import { ANSWERS, type OpenHold, type PeerFault, PeerQuestions } from './peer-answers.ts';
import { PeerService, partOf } from './peer-service.ts';
import type { OnNote } from './peers/accepted-link.ts';
import { type PeerRequests, Router } from './router.ts';
import { ShardSet } from './shard-set.ts';
import { Survey } from './survey.ts';

export interface Peers extends PeerRequests {
  /** Nobody answers, and it may be lost. */
  note(peer: Peer, name: string, body: unknown): void;
}

export interface ClusterOptions {
  readonly registry: Registry;
  readonly reads: ApartmentReads;
  readonly openHolds: OpenHolds;
  readonly membership: Membership;
  /** Undefined where this node is alone. */
  readonly peers: Peers | undefined;
  /** Of a shard that is ours: whether everything that must run in it does. */
  readonly isAwake: (shard: number) => boolean;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** In milliseconds. Default: this process's. */
  readonly monotonicMs?: () => number;
  /** Another node's committed change. */
  readonly heard: (change: HeardChange) => void;
  /** Changes of another node may have been missed. */
  readonly missed: () => void;
  /** A peer's caller was refused here what is somebody else's, in words that do not say so: the peer cannot tell of it. */
  readonly accessRefused?: (subjectId: string, command: string) => void;
  /** A peer answers what cannot be read. */
  readonly onFault?: PeerFault;
}

export class Cluster {
  readonly #parts: ClusterOptions;
  readonly #questions: PeerQuestions;
  readonly #router: Router;
  readonly #survey: Survey;
  readonly #stream: ChangeStream;
  readonly #service: PeerService;
  readonly #stats: StatsOfNodes;
  readonly #interest: Interest;
  /** First what others know, at once; what is open with all of them waits for every shard to have an owner again. */
  readonly #counts = new OneAtATime(async () => {
    await this.#askWhatIsKnown(HEARSAY_DEADLINE_MS);
    await this.openEverywhere();
  });
  #isToCountAgain = false;
  #isStopped = false;
  #introduced: { readonly nodeId: string; readonly done: Promise<void> } | undefined;

  constructor(parts: ClusterOptions) {
    this.#parts = parts;
    const { registry, reads, openHolds, membership, peers, clock, scheduler } = parts;
    const { monotonicMs = () => performance.now(), onFault } = parts;
    this.#questions = new PeerQuestions(peers, onFault);
    this.#router = new Router({ registry, reads, routing: membership, peers, clock, scheduler, onFault });
    this.#survey = new Survey({
      questions: this.#questions,
      others: () => membership.peers(),
      ownShards: () =>
        ShardSet.where((shard) => membership.accepts(shard) && parts.isAwake(shard)).toString(),
      clock,
      scheduler,
    });
    this.#interest = new Interest(monotonicMs);
    this.#service = new PeerService({
      ...{ registry, reads, openHolds, clock, interest: this.#interest },
      accepts: (shard) => membership.accepts(shard),
      ownShards: () => this.#survey.ownShards(),
      accessRefused: (...refused) => parts.accessRefused?.(...refused),
    });
    this.#stream = new ChangeStream({
      note: (peer, name, body) => peers?.note(peer, name, body),
      others: () => (peers === undefined ? [] : membership.peers()),
      scheduler,
      monotonicMs,
      heard: (change) => {
        const { hold } = change;
        if (hold !== undefined) {
          const { guestId, id, untilMs, replaced } = hold;
          const { apartmentId, changes } = change;
          openHolds.heard({ guestId, id, apartmentId, nights: nightsHeld(changes), untilMs });
          for (const id of replaced) openHolds.heard({ guestId, id, apartmentId, nights: 0, untilMs: 0 });
        }
        parts.heard(change);
      },
      missed: () => {
        this.#count();
        parts.missed();
      },
    });
    membership.onOwnersChanged(() => this.#stream.othersChanged());
    this.#stats = new StatsOfNodes(monotonicMs);
  }

  /**
   * Resolves when the others have told what they know of open holds, once in each life among them: to be awaited before
   * this node decides about one. Without it a guest at the limit could hold one more here, until the next census.
   */
  introduced(): Promise<void> {
    const { nodeId } = this.#parts.membership;
    if (this.#introduced?.nodeId !== nodeId)
      this.#introduced = { nodeId, done: this.#askWhatIsKnown(INTRODUCTION_DEADLINE_MS) };
    return this.#introduced.done;
  }

  /** Whatever the others answer, and however late: what is claimed waits for it, and so does the next count. */
  async #askWhatIsKnown(withinMs: number): Promise<void> {
    const { membership, openHolds, clock, scheduler } = this.#parts;
    const untilMs = clock.nowMs() + withinMs;
    // What has been heard to end since is not believed by hearsay again.
    const census = openHolds.census();
    let isOver = false;
    const ask = async (peer: Peer, from: number): Promise<void> => {
      const leftMs = untilMs - clock.nowMs();
      const known = (await this.#questions.ask(peer, 'known', from, leftMs, ANSWERS.known)) ?? [];
      if (isOver) return;
      for (const [guestId, id, untilMs, apartmentId, told] of known) {
        const nights = typeof told === 'number' ? told : 1;
        if (!census.ended.has(id)) openHolds.heard({ guestId, id, untilMs, apartmentId, nights });
      }
      if (known.length >= KNOWN_HOLDS_AT_ONCE) await ask(peer, from + known.length);
    };
    try {
      await within(scheduler, withinMs, Promise.all(membership.peers().map((peer) => ask(peer, 0))));
    } finally {
      isOver = true;
      openHolds.over(census);
    }
  }

  /** Where not all can be asked, what is believed stays until they can. */
  #count(): void {
    void this.#counts.ask().catch(() => {
      if (this.#isToCountAgain) return;
      this.#isToCountAgain = true;
      this.#parts.scheduler.after(COUNT_AGAIN_MS, () => {
        this.#isToCountAgain = false;
        if (!this.#isStopped) this.#count();
      });
    });
  }

  get onRequest() {
    return this.#service.onRequest;
  }

  readonly onNote: OnNote = (peerId, name, body) => {
    if (name === CHANGES) this.#stream.receive(peerId, body);
    else if (name === NODE_STATS) this.#heardStats(peerId, body as NodeStats);
    else if (name === MOVES) this.#parts.membership.hint();
  };

  ask(asked: Asked): void {
    this.#router.ask(asked);
  }

  calendar(apartmentId: string, window: NightRange): Promise<Outcome<Calendar>> {
    return this.#router.calendar(apartmentId, window);
  }

  claims(apartmentId: string, window: NightRange): Promise<Outcome<StandingClaims>> {
    return this.#router.claims(apartmentId, window);
  }

  /** A guest's open holds on all nodes, soonest deadline first. @throws Refusal where not all could be asked */
  async openHoldsOf(guestId: string): Promise<Hold[]> {
    const found = await this.#survey.everywhere<Hold>('holds', guestId, ANSWERS.holds, () =>
      this.#service.holdsHere(guestId),
    );
    if (found === undefined) throw unreachable();
    // Two nodes tell of the same hold around a change of owner: the later version is the newer.
    const newest = new Map<string, Hold>();
    for (const hold of found) {
      if (hold.version >= (newest.get(hold.id)?.version ?? 0)) newest.set(hold.id, hold);
    }
    return [...newest.values()].sort((a, b) => (a.expiresAt < b.expiresAt ? -1 : 1));
  }

  /**
   * Every open hold, on all nodes, each shard as of some instant since the call; what is known of other nodes' holds is
   * put right on the way.
   * @throws Refusal where not all could be asked
   */
  async openEverywhere(): Promise<readonly OpenHold[]> {
    const { openHolds } = this.#parts;
    const census = openHolds.census();
    const found: OpenHold[] = [];
    // In parts, each of shards of its own, so that no answer outgrows a frame between servers.
    const parts = Array.from({ length: OPEN_PARTS }, (_, part) =>
      this.#survey.shardByShard<OpenHold>(
        'open',
        part,
        ANSWERS.open,
        async () => this.#service.openHere(part),
        (shard) => partOf(shard) === part,
        (speaksFor, open) => {
          const told = open.map((hold) => ({ ...hold, nights: hold.to - hold.from }));
          openHolds.counted(census, (apartmentId) => speaksFor(shardOf(apartmentId)), told);
          for (const hold of open) found.push(hold);
        },
      ),
    );
    const answered = await Promise.all(parts).finally(() => openHolds.over(census));
    if (!answered.every(Boolean)) throw unreachable();
    return found;
  }

  /** The last versions told, of those apartments that their owners have running and that could be asked. */
  async versions(apartmentIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { membership, peers } = this.#parts;
    const versions = this.#service.versionsHere(apartmentIds);
    if (peers === undefined) return versions;
    const byOwner = new Map<string, { url: string; ids: string[] }>();
    for (const id of apartmentIds) {
      const owner = membership.ownerOf(shardOf(id));
      if (owner === undefined || owner.isSelf) continue;
      const known = byOwner.get(owner.nodeId);
      if (known === undefined) byOwner.set(owner.nodeId, { url: owner.url, ids: [id] });
      else known.ids.push(id);
    }
    const answers = [...byOwner].map(([id, { url, ids }]) =>
      this.#questions.ask({ id, url }, 'versions', ids, VERSIONS_DEADLINE_MS, ANSWERS.versions),
    );
    for (const answer of await Promise.all(answers)) {
      for (const [id, version] of answer ?? []) versions.set(id, version);
    }
    return versions;
  }

  /** A committed change of an apartment that runs here. */
  committed(change: CommittedChange): void {
    this.#stream.committed(change);
  }

  /** Open holds run here that others have not heard of: they ask. */
  untold(): void {
    this.#stream.untold();
  }

  /** Once a second: tells the others, and keeps the links to them, with the news of their end. */
  tell(stats: NodeStats): void {
    for (const peer of this.#parts.membership.peers()) this.#parts.peers?.note(peer, NODE_STATS, stats);
  }

  /** Owners have changed here first: the others need not wait for their next look. */
  tellMoves(): void {
    for (const peer of this.#parts.membership.peers()) this.#parts.peers?.note(peer, MOVES, null);
  }

  /** Whether sockets of another node watch an apartment that runs here. */
  isWatchedElsewhere(apartmentId: string): boolean {
    return this.#interest.isWatched(apartmentId);
  }

  /** Whether admins of another node are on the feed. */
  hasFeedElsewhere(): boolean {
    return this.#interest.hasFeed;
  }

  /** Resolves once every node that answers knows that an admin of this one is on the feed. */
  async tellFeed(): Promise<void> {
    const { membership, peers } = this.#parts;
    await Promise.all(
      membership
        .peers()
        .map(
          (peer) =>
            new Promise<void>((resolve) =>
              peers?.request(peer, 'feed', null, FEED_DEADLINE_MS, () => resolve()),
            ),
        ),
    );
  }

  onOwnersChanged(listener: () => void): () => void {
    return this.#parts.membership.onOwnersChanged(listener);
  }

  #heardStats(nodeId: string, stats: NodeStats): void {
    this.#stats.receive(nodeId, stats);
    if (stats.feeds > 0) this.#interest.feed();
  }

  statsWithOthers(own: NodeStats): NodeStats {
    return this.#stats.withOthers(own);
  }

  stop(): void {
    this.#isStopped = true;
    this.#stream.stop();
  }
}

const MOVES = 'moves';

function unreachable(): Refusal {
  const sentence = 'some of the servers could not be asked in time; ask again';
  return new Refusal('unavailable', sentence, { retryAfterMs: 500 });
}

/** Of the one hold that a change is about. */
function nightsHeld(changes: readonly NightChange[]): number {
  return changes.reduce((sum, { from, to, status }) => (status === 'held' ? sum + to - from : sum), 0);
}
