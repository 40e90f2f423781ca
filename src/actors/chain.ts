/**
 * The chain of an apartment's facts: each carries a hash of itself and of the one before it, so that a fact which is
 * missing, was changed, or belongs to another history shows as soon as somebody reads what comes after it.
 *
 *   hash(n) = CRC-32 (zlib's) of row(n), begun with hash(n - 1), as a signed integer of 32 bits
 *   row(n)  = apartment, version, kind, subject, request, instant, fact, in UTF-8, with US between them
 *
 * US is ASCII's unit separator, which nothing in a row contains. What is null is empty, and the hash before the first is 0.
 * The instant is ISO 8601 in UTC with milliseconds. The row is what the journal writes, so that the text is made once.
 *
 * It is against accidents: an older copy, a row that was lost or edited. Who may write to the database can hash as well,
 * and SHA-256 would only have cost four times as much (ADR 20).
 */
import { crc32 } from 'node:zlib';
import { instant } from '../protocol/instant.ts';
import type { Fact, JournalEntry } from './facts.ts';

const US = '\x1f';

/** Of one running apartment. */
export interface ChainHead {
  /** The hash of the last fact that was given one; undefined where none has. */
  head: number | undefined;
  /**
   * Whether a chain may be begun: not while a server is there that would go on without a hash, and break it. Default: it
   * may. One that was begun goes on.
   */
  readonly mayBegin?: boolean;
}

/**
 * Gives an entry its hash, and moves the head on to it. Once: an entry that is sent again, behind another that was refused,
 * keeps the one that it was given.
 * @param row of the entry, where it has been made already
 * @returns undefined where no chain may be begun yet
 */
export function link(chain: ChainHead, entry: JournalEntry, row = rowOf(entry)): number | undefined {
  if (entry.hash === undefined && (chain.head !== undefined || chain.mayBegin !== false)) {
    entry.hash = hashAfter(chain.head, row);
    chain.head = entry.hash;
  }
  return entry.hash;
}

function hashAfter(head: number | undefined, row: string): number {
  return crc32(row, (head ?? 0) >>> 0) | 0;
}

/** An entry as a row, without its hash. */
export function rowOf({ apartmentId, version, fact, subjectId, requestId, atMs }: JournalEntry): string {
  return `${apartmentId}${US}${version}${US}${fact.kind}${US}${subjectId ?? ''}${US}${requestId ?? ''}${US}${instant(atMs)}${US}${factText(fact)}`;
}

/**
 * @returns the hash of the last of these entries, in order of version, or what was given where there is none
 * @throws where one does not follow from the one before it
 */
export function follow(head: number | undefined, entries: readonly JournalEntry[]): number | undefined {
  let last = head;
  for (const entry of entries) {
    const { apartmentId, version, hash } = entry;
    // Written before there was a chain.
    if (hash === undefined && last === undefined) continue;
    if (hash !== hashAfter(last, rowOf(entry))) {
      throw new Error(
        `${apartmentId}: fact ${version} carries ${hash === undefined ? 'no hash' : `the hash ${hash}`} and does not follow from what stands before it; it was changed, or belongs to another history`,
      );
    }
    last = hash;
  }
  return last;
}

const heads = new Map<string, string>();

/** The fact without its kind, which has a column of its own. */
function factText(fact: Fact): string {
  const text = JSON.stringify(fact);
  let head = heads.get(fact.kind);
  if (head === undefined) {
    head = `{"kind":"${fact.kind}"`;
    heads.set(fact.kind, head);
  }
  if (!text.startsWith(head)) return text;
  return text.length === head.length + 1 ? '{}' : `{${text.slice(head.length + 1)}`;
}
