import type { ClaimView } from '../../../../src/client/index.ts';

/** From when, from today on, the next stay or hold has nights: one that has begun has them today. @param today ISO date at the apartment */
export function nextStay(claims: readonly ClaimView[], today: string): string | undefined {
  const stays = claims.filter(({ kind, to }) => kind !== 'block' && to > today);
  const first = stays.map(({ from }) => from).sort()[0];
  return first === undefined || first > today ? first : today;
}
