/** Pause before a question that was not answered is asked again, in milliseconds. */
const AGAIN_MS = 5_000;

/**
 * A question that is asked again after a pause until it is settled. To ask it meanwhile is to wait no longer: the latest
 * answer decides.
 * @param ask resolves with whether it is settled
 */
export function persistent(ask: () => Promise<boolean>): () => void {
  let again: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;
  const now = () => {
    clearTimeout(again);
    const turn = ++asked;
    void ask().then((isSettled) => {
      if (!isSettled && turn === asked) again = setTimeout(now, AGAIN_MS);
    });
  };
  return now;
}
