/** `hold`, `extend` and `release`. */
import { holdOf, lengthen } from '../calendar/apply.ts';
import { decideExtend, decideHold, decideRelease } from '../calendar/decide-hold.ts';
import { grantedUntilMs, holdView } from '../calendar/views.ts';
import { heldAtFirst } from './beginnings.ts';
import { always, type CommandRules, factOf, never } from './rules.ts';

export const hold: CommandRules<'hold'> = {
  decide: decideHold,
  answer: (change) => ({ hold: change.hold! }),
  sameAs({ stay, guests, adults }, { fact }) {
    if (fact.kind !== 'held') return false;
    const isSameParty = fact.guests === guests && fact.adults === adults;
    return isSameParty && fact.from === stay.from && fact.to === stay.to;
  },
  isEndless: always,
  async again(_, entry) {
    return { hold: holdView(entry.apartmentId, holdOf(factOf(entry, 'held'), entry), 'held', entry.version) };
  },
};

export const extend: CommandRules<'extend'> = {
  decide: decideExtend,
  answer: (change) => ({ hold: change.hold! }),
  sameAs({ holdId, minutes }, { fact, atMs }) {
    if (fact.kind !== 'extended' || fact.hold !== holdId) return false;
    return fact.v === 2 ? fact.expiresAtMs === grantedUntilMs(minutes, atMs) : minutes === undefined;
  },
  // A guest's own is once a hold.
  isEndless: (by) => by === 'admin',
  async again(journal, entry) {
    const { apartmentId, version } = entry;
    const fact = factOf(entry, 'extended');
    const lengthened = await heldAtFirst(journal, apartmentId, fact.hold);
    lengthen(lengthened, fact);
    return { hold: holdView(apartmentId, lengthened, 'held', version) };
  },
};

export const release: CommandRules<'release'> = {
  decide: decideRelease,
  answer: (change) => ({ hold: change.hold! }),
  sameAs: ({ holdId }, { fact }) => fact.kind === 'released' && fact.hold === holdId,
  isEndless: never,
  async again(journal, entry) {
    const { apartmentId, version } = entry;
    const fact = factOf(entry, 'released');
    const released = await heldAtFirst(journal, apartmentId, fact.hold);
    if (fact.expiresAtMs !== undefined) released.expiresAtMs = fact.expiresAtMs;
    return { hold: holdView(apartmentId, released, 'released', version) };
  },
};
