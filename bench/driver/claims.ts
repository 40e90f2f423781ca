/**
 * Checks exactly-one-winner from the answers alone. Each claim on the contested night began at one version of
 * the apartment and ended at a later one; by the server's own numbering no two of them may be open at once, and
 * no version may be told twice.
 */
const CLAIMS_MAX = 500_000;
const TOLD_MAX = 5;

export class Claims {
  readonly #open = new Map<string, number>();
  /** Begin and end by turns. */
  readonly #spans: number[] = [];

  began(holdId: string, version: number): void {
    this.#open.set(holdId, version);
  }

  ended(holdId: string, version: number): void {
    const began = this.#open.get(holdId);
    this.#open.delete(holdId);
    if (began !== undefined && this.#spans.length < CLAIMS_MAX * 2) this.#spans.push(began, version);
  }

  /** At most a handful of sentences; empty where every claim had the night to itself. */
  violations(): string[] {
    const spans: { began: number; ended: number }[] = [];
    for (let i = 0; i < this.#spans.length; i += 2)
      spans.push({ began: this.#spans[i]!, ended: this.#spans[i + 1]! });
    for (const began of this.#open.values()) spans.push({ began, ended: Number.POSITIVE_INFINITY });
    spans.sort((a, b) => a.began - b.began);

    const found: string[] = [];
    for (let i = 0; i < spans.length && found.length < TOLD_MAX; i++) {
      const { began, ended } = spans[i]!;
      const next = spans[i + 1];
      if (!(began < ended))
        found.push(`a claim began at version ${began} and ended at ${ended}; a version must rise`);
      else if (next !== undefined && next.began <= ended)
        found.push(
          `a claim began at version ${next.began} while the one from ${began} was open until ${ended}`,
        );
    }
    return found;
  }
}
