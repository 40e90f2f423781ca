/**
 * The request ids that took effect on one apartment, each with the version of the fact it caused (I3). The answer
 * itself is not kept: it is made again from the journal, where it is the same for ever and on every server.
 *
 * Kept for every command of a day, so it is made for size: 12 bytes an entry in one typed array (open addressing on
 * 64 bits of the id's hash), nothing for the garbage collector to walk. A Map of strings cost 4 µs a command
 * more. A hash may be somebody else's: whoever finds a version compares the journal's entry, and if that is not
 * theirs, asks for a place `apart`.
 *
 * Whose an entry is, is not kept either, until more than half of the places are taken: from then on each subject's are
 * counted, so that nobody takes the places of all (C9).
 */
import {
  IDEMPOTENCY_WINDOW_MS,
  REQUESTS_APART_WAITING_MAX,
  REQUESTS_CROWDED,
  REQUESTS_MAX,
  type RequestsPart,
} from './limits.ts';
import type { StoredRequest } from './ports.ts';

/** Ages are told apart to this, in milliseconds: one mark for each such span, not one for each entry. */
const MARK_EVERY_MS = 15 * 60_000;
/** Slots are [hash, hash, version - base]; a version of 0 there is an empty slot. */
const STRIDE = 3;
const SLOTS_MIN = 8;

/** Requests whose slot belongs to another, by id and subject. */
interface PlacesApart {
  readonly taken: Map<string, number>;
  /** Found out, and without effect so far; one that is forgotten is found out again. */
  readonly waiting: Set<string>;
}

/** Where a span of time begins. */
interface Mark {
  readonly atMs: number;
  readonly version: number;
  /** Places taken in it, by subject; none of what came while there was room for all. */
  counts?: Map<string, number>;
}

export class RequestWindow {
  #slots = new Uint32Array(SLOTS_MIN * STRIDE);
  #size = 0;
  /** Versions are kept as distances from here, so that 32 bits last for ever. */
  #base = 0;
  readonly #marks: Mark[] = [];
  /** Undefined nearly always. */
  #apart: PlacesApart | undefined;

  /** Of all places. */
  get taken(): number {
    return this.#size + (this.#apart?.taken.size ?? 0);
  }

  get isCrowded(): boolean {
    return this.taken >= REQUESTS_CROWDED;
  }

  get isFull(): boolean {
    return this.taken >= REQUESTS_MAX;
  }

  /**
   * Whether a subject may take one more place of a crowded window: the fewer are left of that part, the fewer it may
   * have had. So who takes many leaves room for whoever comes with few, however many they are who take.
   */
  hasRoom(subjectId: string, { upTo, share }: RequestsPart): boolean {
    return this.#countOf(subjectId) < (upTo - this.taken) * share;
  }

  #countOf(subjectId: string): number {
    let count = 0;
    for (const { counts } of this.#marks) count += counts?.get(subjectId) ?? 0;
    return count;
  }

  /** The version at which this request took effect, unless the entry there turns out to be another's. */
  find(subjectId: string, requestId: string): number | undefined {
    if (this.#apart !== undefined) {
      const key = keyOf(subjectId, requestId);
      const version = this.#apart.taken.get(key);
      if (version !== undefined || this.#apart.waiting.has(key)) return version;
    }
    const distance = this.#slots[this.#slotOf(requestId) + 2]!;
    return distance === 0 ? undefined : this.#base + distance;
  }

  /** The entry found was another's: this request gets a place of its own. */
  setApart(subjectId: string, requestId: string): void {
    this.#apart ??= { taken: new Map(), waiting: new Set() };
    const { taken, waiting } = this.#apart;
    const key = keyOf(subjectId, requestId);
    if (taken.has(key)) return;
    waiting.add(key);
    if (waiting.size > REQUESTS_APART_WAITING_MAX) waiting.delete(waiting.values().next().value!);
  }

  add({ subjectId, requestId, version, atMs }: StoredRequest): void {
    if (requestId === null || subjectId === null) return;
    const last = this.#marks.at(-1);
    if (last === undefined || atMs - last.atMs >= MARK_EVERY_MS) {
      if (last === undefined) this.#base = version - 1;
      this.#marks.push({ atMs, version });
      this.#forget(atMs - IDEMPOTENCY_WINDOW_MS);
    }
    if (this.#apart !== undefined) {
      const { taken, waiting } = this.#apart;
      const key = keyOf(subjectId, requestId);
      const isNew = waiting.delete(key);
      if (isNew || taken.has(key)) {
        taken.set(key, version);
        if (isNew) this.#count(subjectId);
        return;
      }
    }
    let slot = this.#slotOf(requestId);
    if (this.#slots[slot + 2] === 0) {
      this.#size += 1;
      if (this.#size * STRIDE > this.#slots.length * 0.75) {
        this.#rebuild(this.#slots.length * 2, 0);
        slot = this.#slotOf(requestId);
      }
      this.#slots[slot] = hashA;
      this.#slots[slot + 1] = hashB;
      this.#count(subjectId);
    }
    this.#slots[slot + 2] = version - this.#base;
  }

  #count(subjectId: string): void {
    if (!this.isCrowded) return;
    const mark = this.#marks.at(-1)!;
    mark.counts ??= new Map();
    mark.counts.set(subjectId, (mark.counts.get(subjectId) ?? 0) + 1);
  }

  /**
   * Requests in order of version, as they were loaded, page after page. Whose a taken slot is cannot be seen, so who
   * finds one taken gets a place apart: the same request once more (a confirm after a decline), or another's.
   */
  addAll(requests: readonly StoredRequest[]): void {
    for (const request of requests) {
      const { subjectId, requestId } = request;
      if (requestId === null || subjectId === null) continue;
      if (this.find(subjectId, requestId) !== undefined) this.setApart(subjectId, requestId);
      this.add(request);
    }
  }

  /** Otherwise done as entries come; for a window that takes none. */
  forgetOld(nowMs: number): void {
    this.#forget(nowMs - IDEMPOTENCY_WINDOW_MS);
  }

  /** Every request remembered took effect after this version; `current` where none is remembered. */
  fromVersion(current: number): number {
    const oldest = this.#marks[0];
    return oldest === undefined ? current : oldest.version - 1;
  }

  /** Index of the slot of this id, or of the empty one where it would go. */
  #slotOf(requestId: string): number {
    const slots = this.#slots;
    if (requestId !== hashedId) rehash(requestId);
    const a = hashA;
    const b = hashB;
    const mask = slots.length / STRIDE - 1;
    for (let i = a & mask; ; i = (i + 1) & mask) {
      const slot = i * STRIDE;
      if (slots[slot + 2] === 0 || (slots[slot] === a && slots[slot + 1] === b)) return slot;
    }
  }

  /** Copies what is younger than `keepFrom` (a distance from the base) into a table of this length. */
  #rebuild(length: number, keepFrom: number): void {
    const old = this.#slots;
    const slots = new Uint32Array(length);
    const mask = length / STRIDE - 1;
    for (let from = 0; from < old.length; from += STRIDE) {
      const distance = old[from + 2]!;
      if (distance === 0) continue;
      if (distance < keepFrom) {
        this.#size -= 1;
        continue;
      }
      let i = old[from]! & mask;
      while (slots[i * STRIDE + 2] !== 0) i = (i + 1) & mask;
      slots[i * STRIDE] = old[from]!;
      slots[i * STRIDE + 1] = old[from + 1]!;
      slots[i * STRIDE + 2] = distance;
    }
    this.#slots = slots;
  }

  #forget(beforeMs: number): void {
    let forgotten = false;
    while (this.#marks.length > 1 && this.#marks[1]!.atMs <= beforeMs) {
      this.#marks.shift();
      forgotten = true;
    }
    if (!forgotten) return;
    const keepFrom = this.#marks[0]!.version;
    this.#rebuild(this.#slots.length, keepFrom - this.#base);
    for (const [key, version] of this.#apart?.taken ?? [])
      if (version < keepFrom) this.#apart?.taken.delete(key);
  }
}

function keyOf(subjectId: string, requestId: string): string {
  return `${requestId} ${subjectId}`;
}

/** The id hashed last: a command looks for its id and then adds it. */
let hashedId = '';
let hashA = 0;
let hashB = 0;

/** Two FNV-1a over the id's UTF-16 units, each avalanched (murmur3's finaliser), as unsigned 32-bit integers. */
function rehash(requestId: string): void {
  let a = 0x811c9dc5;
  let b = 0x01234567;
  for (let i = 0; i < requestId.length; i++) {
    const unit = requestId.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x01000193);
  }
  hashedId = requestId;
  hashA = avalanched(a);
  hashB = avalanched(b);
}

function avalanched(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
