/** What each row of a journal proves of the one before it: its place. */
import type { Entry } from './facts.ts';
import type { Says } from './problem.ts';

export class Sequence {
  /** The version of the last row. */
  head = 0;
  readonly #says: Says;

  constructor(says: Says) {
    this.#says = says;
  }

  /** @returns whether it is another fact than the one before it */
  take({ version }: Pick<Entry, 'version'>): boolean {
    const { head } = this;
    if (version === head) this.#says('I4', version, `version ${version} is there twice`);
    else if (version !== head + 1) this.#says('I4', version, `version ${version} follows ${head}`);
    this.head = version;
    return version !== head;
  }
}
