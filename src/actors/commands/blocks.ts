/** `block` and `unblock`. */
import { dateOf } from '../../protocol/nights.ts';
import type { Block } from '../../protocol/resources.ts';
import { blockIn } from '../baseline.ts';
import type { BlockClaim } from '../calendar/calendar.ts';
import { decideBlock, decideUnblock } from '../calendar/decide-block.ts';
import type { Fact } from '../facts.ts';
import { born } from './beginnings.ts';
import { always, type CommandRules, factOf, never } from './rules.ts';

export const block: CommandRules<'block'> = {
  decide: decideBlock,
  answer: ({ apartmentId, version }, claim) => ({
    block: blockView(apartmentId, claim as BlockClaim, version),
  }),
  sameAs({ range, reason }, { fact }) {
    return (
      fact.kind === 'blocked' && fact.from === range.from && fact.to === range.to && fact.reason === reason
    );
  },
  isEndless: always,
  async again(_, entry) {
    return { block: blockView(entry.apartmentId, claimOf(factOf(entry, 'blocked')), entry.version) };
  },
};

export const unblock: CommandRules<'unblock'> = {
  decide: decideUnblock,
  answer: block.answer,
  sameAs: ({ blockId }, { fact }) => fact.kind === 'unblocked' && fact.block === blockId,
  isEndless: never,
  async again(journal, entry) {
    const { apartmentId, version } = entry;
    const { block: id } = factOf(entry, 'unblocked');
    // A block may stand for years, and its beginning be archived.
    const stood = blockIn(await journal.baseline(apartmentId), id);
    const { from, to, reason } = stood ?? factOf(await born(journal, apartmentId, id), 'blocked');
    return { block: blockView(apartmentId, { kind: 'block', id, from, to, reason }, version) };
  },
};

function claimOf({ block: id, from, to, reason }: Extract<Fact, { kind: 'blocked' }>): BlockClaim {
  return { kind: 'block', id, from, to, reason };
}

function blockView(apartmentId: string, { id, from, to, reason }: BlockClaim, version: number): Block {
  const nights = { id, apartmentId, from: dateOf(from), to: dateOf(to) };
  return { ...nights, ...(reason !== undefined && { reason }), version };
}
