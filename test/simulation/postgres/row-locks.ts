/**
 * Locks on rows, as PostgreSQL has them: of any number who share, or of one alone; kept until the transaction ends. Who
 * shares does not queue behind one who waits to be alone. Rows are names; a row that is being inserted is locked, too:
 * whoever inserts the same key waits for what becomes of it.
 */

export type LockMode = 'share' | 'alone';

interface Waiting {
  readonly holder: object;
  readonly mode: LockMode;
  readonly granted: () => void;
}

interface Row {
  readonly holders: Map<object, LockMode>;
  queue: Waiting[];
}

export class RowLocks {
  readonly #rows = new Map<string, Row>();
  readonly #held = new Map<object, Set<string>>();

  /** @returns undefined where it is held from now on; otherwise the way to stop waiting for it */
  take(holder: object, name: string, mode: LockMode, granted: () => void): (() => void) | undefined {
    const row = this.#rows.get(name) ?? newRow();
    this.#rows.set(name, row);
    if (isFree(row, holder, mode)) {
      this.#give(row, name, holder, mode);
      return undefined;
    }
    const waiting = { holder, mode, granted };
    row.queue.push(waiting);
    return () => {
      row.queue = row.queue.filter((one) => one !== waiting);
      this.#next(row, name);
    };
  }

  /** Whether somebody else holds it. */
  isHeld(name: string, holder?: object): boolean {
    const row = this.#rows.get(name);
    return row !== undefined && !isFree(row, holder ?? row, 'alone');
  }

  release(holder: object): void {
    const held = this.#held.get(holder);
    if (held === undefined) return;
    this.#held.delete(holder);
    for (const name of held) {
      const row = this.#rows.get(name)!;
      row.holders.delete(holder);
      this.#next(row, name);
    }
  }

  #give(row: Row, name: string, holder: object, mode: LockMode): void {
    if (row.holders.get(holder) !== 'alone') row.holders.set(holder, mode);
    const held = this.#held.get(holder);
    if (held === undefined) this.#held.set(holder, new Set([name]));
    else held.add(name);
  }

  #next(row: Row, name: string): void {
    const granted: Waiting[] = [];
    while (row.queue[0] !== undefined && isFree(row, row.queue[0].holder, row.queue[0].mode)) {
      const next = row.queue.shift()!;
      this.#give(row, name, next.holder, next.mode);
      granted.push(next);
    }
    if (row.holders.size === 0 && row.queue.length === 0) this.#rows.delete(name);
    for (const next of granted) next.granted();
  }
}

function newRow(): Row {
  return { holders: new Map(), queue: [] };
}

function isFree({ holders }: Row, holder: object, mode: LockMode): boolean {
  for (const [other, held] of holders) {
    if (other !== holder && (mode === 'alone' || held === 'alone')) return false;
  }
  return true;
}
