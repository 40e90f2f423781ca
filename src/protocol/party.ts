/** Who comes along on a stay. Guests are adults and children together; who does not say more than guests says nothing of either. */
import { GUESTS_MAX } from './limits.ts';

/** Children are the guests who are no adults. */
export interface Party {
  readonly guests: number;
  /** Undefined where that was not said: then all of them count as adults. */
  readonly adults?: number;
}

/** As it is asked for: one of the three follows from the others. */
export interface AskedParty {
  readonly guests?: number | undefined;
  readonly adults?: number | undefined;
  readonly children?: number | undefined;
}

/** Of what `partyProblem` finds nothing wrong with. */
export function partyOf({ guests, adults, children }: AskedParty): Party {
  const all = guests ?? (adults ?? 1) + (children ?? 0);
  if (adults !== undefined) return { guests: all, adults };
  return children === undefined ? { guests: all } : { guests: all, adults: all - children };
}

/** Why these cannot be: in a sentence, which is about all that was sent. */
export function partyProblem({ guests, adults, children }: AskedParty): string | undefined {
  if (adults === undefined && children === undefined) return undefined;
  if (guests === undefined) {
    if (adults === undefined) return `children ${children} do not come alone; send adults, too`;
    const all = adults + (children ?? 0);
    return all <= GUESTS_MAX
      ? undefined
      : `adults ${adults} and children ${children} are more than ${GUESTS_MAX} guests; send fewer`;
  }
  if (adults !== undefined && children !== undefined) {
    const all = adults + children;
    return all === guests
      ? undefined
      : `guests ${guests} are not adults ${adults} and children ${children} together; send ${all} guests, or leave guests out`;
  }
  if (adults !== undefined) {
    return adults <= guests
      ? undefined
      : `adults ${adults} are more than guests ${guests}; send at most ${guests}, or leave guests out`;
  }
  return children! < guests
    ? undefined
    : `children ${children} leave no adult among guests ${guests}; send at most ${guests - 1}`;
}
