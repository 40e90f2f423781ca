/**
 * What lies between clients and servers, in place of Socket.IO and Redis: links that keep their order until they are
 * cut, rooms of watchers and guests, beacons, and a bus between servers that loses messages.
 */
import { rangeView } from '../../src/actors/calendar/views.ts';
import type { Answer, Link } from '../../src/client/link.ts';
import type { CommittedChange } from '../../src/protocol/committed-change.ts';
import { type Outcome, refuse } from '../../src/protocol/errors.ts';
import type { Availability } from '../../src/protocol/events.ts';
import { BEACON_EVERY_MS } from '../../src/protocol/limits.ts';
import { nightOf } from '../../src/protocol/nights.ts';
import type { Calendar, Subject } from '../../src/protocol/resources.ts';
import { type Asked, commandOf } from '../history/commands.ts';
import type { Bug } from './bug.ts';
import type { Network } from './network.ts';
import type { SimulatedNode } from './node.ts';
import type { SimulatedProcess } from './process.ts';

/** How long until a client notices that its server's process is gone. */
const RESET_MS = 5;
/** And that a link on which a message was lost carries none any more. */
const PING_TIMEOUT_MS = 4_000;

export class SimulatedLink implements Omit<Link, 'closeWhenAnswered'> {
  readonly closed: Promise<string>;
  readonly subject: Subject;
  readonly node: SimulatedNode;
  readonly watched = new Set<string>();
  isOpen = true;
  readonly #client: SimulatedProcess;
  readonly #network: Network;
  readonly #address: string;
  readonly #onEvent: (event: string, payload: unknown) => void;
  readonly #lost = new Set<() => void>();
  #closed: (why: string) => void = () => {};
  #heardMs: number;
  #downMs = 0;
  #upMs = 0;
  #broken = false;

  constructor(
    node: SimulatedNode,
    subject: Subject,
    client: SimulatedProcess,
    network: Network,
    address: string,
    onEvent: (event: string, payload: unknown) => void,
  ) {
    this.node = node;
    this.subject = subject;
    this.#client = client;
    this.#network = network;
    this.#address = address;
    this.#onEvent = onEvent;
    this.#heardMs = client.monotonicMs();
    this.closed = new Promise((resolve) => {
      this.#closed = resolve;
    });
  }

  ask<T>(event: string, payload: unknown, withinMs: number): Promise<Answer<T>> {
    if (!this.isOpen) return Promise.resolve({ kind: 'lost' });
    return new Promise((resolve) => {
      const sentMs = this.#client.monotonicMs();
      const settle = (answer: Answer<T>) => {
        callOff();
        this.#lost.delete(lose);
        resolve(answer);
      };
      const lose = () => settle({ kind: 'lost' });
      const callOff = this.#client.after(withinMs, () => {
        settle({ kind: 'silent' });
        if (this.#heardMs < sentMs) this.close();
      });
      this.#lost.add(lose);
      this.#toServer(() => {
        const text = JSON.stringify(payload);
        answerTo(this, event, JSON.parse(text), (outcome) => {
          const back = JSON.stringify(outcome);
          this.#toClient(() => settle({ kind: 'answered', outcome: JSON.parse(back) as Outcome<T> }));
        });
      });
    });
  }

  /** Something for this client, in order behind what was sent before. */
  send(event: string, payload: unknown): void {
    const text = JSON.stringify(payload);
    this.#toClient(() => this.#onEvent(event, JSON.parse(text)));
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#closed('closed');
    for (const lose of [...this.#lost]) lose();
  }

  /** The server's process is gone, and its machine says so. */
  reset(): void {
    this.node.process.time.after(RESET_MS, () => this.#client.enter(() => this.close()));
  }

  /** What is lost on a connection is not followed by what comes after it: from then on it carries nothing. */
  #isBroken(): boolean {
    if (this.#broken || !this.#network.isCut(this.#address, this.node.url)) return this.#broken;
    this.#broken = true;
    this.#client.after(PING_TIMEOUT_MS, () => this.close());
    return true;
  }

  #toServer(arrive: () => void): void {
    const { time } = this.#client;
    if (this.#isBroken()) return;
    this.#upMs = Math.max(time.nowMs + this.#network.wayMs(), this.#upMs);
    const deliver = () => this.node.process.enter(() => this.isOpen && arrive());
    time.at(this.#upMs, deliver);
    // As a retry on another link would, while the first one is still under way.
    if (this.#network.isTwice()) time.after(this.#network.wayMs(), deliver);
  }

  #toClient(arrive: () => void): void {
    const { time } = this.#client;
    if (this.#isBroken()) return;
    this.#downMs = Math.max(time.nowMs + this.#network.wayMs(), this.#downMs);
    time.at(this.#downMs, () =>
      this.#client.enter(() => {
        if (!this.isOpen) return;
        this.#heardMs = this.#client.monotonicMs();
        arrive();
      }),
    );
  }
}

const ENDED = refuse('unauthenticated', 'the access token is not valid any more');

/** What a server does with a client's command. */
function answerTo(
  link: SimulatedLink,
  event: string,
  payload: Record<string, unknown>,
  answer: (outcome: Outcome<unknown>) => void,
): void {
  const { node, subject } = link;
  if (event !== 'sign in' && node.hasEnded(subject.id)) return answer(ENDED);
  switch (event) {
    case 'sign in':
      void node.signIn(subject.id, String(payload.accountId)).then(answer);
      return;
    case 'watch': {
      const { apartmentIds, from, to } = payload as { apartmentIds: string[]; from: string; to: string };
      // In the room before the calendar is read: what changes meanwhile is told, too.
      for (const id of apartmentIds) link.watched.add(id);
      void calendarsOf(node, apartmentIds, from, to).then(answer);
      return;
    }
    case 'unwatch':
      for (const id of payload.apartmentIds as string[]) link.watched.delete(id);
      return answer({ ok: true, data: {} });
    case 'mine':
      void node.mine(subject).then(answer);
      return;
    case 'calendar': {
      const { apartmentId, from, to } = payload as { apartmentId: string; from: string; to: string };
      const window = { from: nightOf(from), to: nightOf(to) };
      void node
        .calendar(apartmentId, window)
        .then((read) => answer(read.ok ? { ok: true, data: { calendar: read.data } } : read));
      return;
    }
    default: {
      const { requestId, ...args } = payload;
      const asked = { command: event, args } as unknown as Asked;
      node.ask(subject, commandOf(asked, String(requestId)), answer);
    }
  }
}

async function calendarsOf(
  node: SimulatedNode,
  apartmentIds: readonly string[],
  from: string,
  to: string,
): Promise<Outcome<{ calendars: Calendar[] }>> {
  const window = { from: nightOf(from), to: nightOf(to) };
  const calendars: Calendar[] = [];
  for (const read of await Promise.all(apartmentIds.map((id) => node.calendar(id, window)))) {
    if (!read.ok) return read;
    calendars.push(read.data);
  }
  return { ok: true, data: { calendars } };
}

/** The links of all servers, and what they are told. */
export class Sockets {
  readonly links = new Set<SimulatedLink>();
  readonly #network: Network;
  readonly #bug: Bug;
  /** By server: the newest versions heard of, as its beacons tell them. */
  readonly #versions = new WeakMap<SimulatedNode, Map<string, number>>();

  constructor(network: Network, bug: Bug) {
    this.#network = network;
    this.#bug = bug;
  }

  opened(link: SimulatedLink): void {
    this.links.add(link);
    void link.closed.then(() => this.links.delete(link));
  }

  /** Committed at one server: told to its own sockets, and over the bus to those of the others. */
  committed(at: SimulatedNode, change: CommittedChange, nodes: readonly SimulatedNode[]): void {
    this.#tell(at, change);
    for (const node of nodes) {
      if (node === at) continue;
      const text = JSON.stringify(change);
      this.#network.carry('bus', node.url, () =>
        node.process.enter(() => this.#tell(node, JSON.parse(text))),
      );
    }
  }

  gone(node: SimulatedNode): void {
    for (const link of this.links) if (link.node === node) link.reset();
  }

  /** Once a server is up, and from then on. */
  beacon(node: SimulatedNode): void {
    node.process.after(BEACON_EVERY_MS, () => {
      void this.#beacon(node);
      this.beacon(node);
    });
  }

  async #beacon(node: SimulatedNode): Promise<void> {
    const watched = new Set<string>();
    for (const link of this.#linksOf(node)) for (const id of link.watched) watched.add(id);
    const ids = [...watched];
    const owned = await node.versions(ids);
    const told = this.#bug.versions?.(owned) ?? owned;
    const known = this.#knownBy(node);
    for (const apartmentId of ids) {
      const version = Math.max(known.get(apartmentId) ?? -1, told.get(apartmentId) ?? -1);
      if (version < 0) continue;
      known.set(apartmentId, version);
      this.#toWatchers(node, { apartmentId, version, changes: [] });
    }
  }

  #tell(node: SimulatedNode, change: CommittedChange): void {
    const { apartmentId, version, guestId, hold, booking, replaced = [], adopted } = change;
    const known = this.#knownBy(node);
    known.set(apartmentId, Math.max(version, known.get(apartmentId) ?? -1));
    this.#toWatchers(node, { apartmentId, version, changes: change.changes.map(rangeView) });
    for (const link of this.#linksOf(node)) {
      if (link.subject.id !== guestId) continue;
      for (const other of adopted?.holds ?? replaced) link.send('hold', { hold: other });
      for (const other of adopted?.bookings ?? []) link.send('booking', { booking: other });
      if (hold !== undefined) link.send('hold', { hold });
      if (booking !== undefined) link.send('booking', { booking });
    }
  }

  #toWatchers(node: SimulatedNode, availability: Availability): void {
    for (const link of this.#linksOf(node)) {
      if (link.watched.has(availability.apartmentId)) link.send('availability', availability);
    }
  }

  #linksOf(node: SimulatedNode): SimulatedLink[] {
    return [...this.links].filter((link) => link.node === node);
  }

  #knownBy(node: SimulatedNode): Map<string, number> {
    let known = this.#versions.get(node);
    if (known === undefined) {
      known = new Map();
      this.#versions.set(node, known);
    }
    return known;
  }
}
