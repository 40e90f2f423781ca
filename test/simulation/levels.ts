/**
 * Servers of two feature levels in one run: all older ones at first, and whoever starts later is of either. What an older
 * one is given to read or to do must be what it understands; that is looked at where it is given it.
 */
import { featureOf } from '../../src/actors/commands/table.ts';
import type { JournalEntry } from '../../src/actors/facts.ts';
import type { Journal } from '../../src/actors/ports.ts';
import type { OnRequest } from '../../src/cluster/peers/accepted-link.ts';
import type { ApartmentCommand } from '../../src/protocol/apartment-command.ts';
import { FEATURE_LEVEL, levelOf } from '../../src/protocol/feature-levels.ts';
import type { Subject } from '../../src/protocol/resources.ts';

export const NEWER = FEATURE_LEVEL;
export const OLDER = levelOf('extensions by admins') - 1;

/** Told of what it does not understand. */
type Found = (apartmentId: string, what: string) => void;

function isUnderstood({ fact, hash }: JournalEntry, level: number): boolean {
  if (hash !== undefined && level < levelOf('chained facts')) return false;
  return fact.kind !== 'extended' || fact.v !== 2 || level >= levelOf('extensions by admins');
}

export function journalOfLevel(level: number, journal: Journal, found: Found): Journal {
  const looked = <T extends JournalEntry | undefined>(entry: T): T => {
    if (entry !== undefined && !isUnderstood(entry, level))
      found(entry.apartmentId, `the fact ${entry.version}`);
    return entry;
  };
  return {
    ...journal,
    async load(...args) {
      const stored = await journal.load(...args);
      for (const entry of stored?.entries ?? []) looked(entry);
      return stored;
    },
    entry: async (...args) => looked(await journal.entry(...args)),
    endOf: async (...args) => looked(await journal.endOf(...args)),
    entries: async (...args) => (await journal.entries(...args)).map(looked),
  };
}

export function requestsOfLevel(level: number, onRequest: OnRequest, found: Found): OnRequest {
  return (peerId, method, body, ...rest) => {
    if (method === 'command') {
      const [, command] = body as [Subject, ApartmentCommand];
      const feature = featureOf(command);
      if (feature !== undefined && levelOf(feature) > level) found(command.apartmentId, command.kind);
    }
    return onRequest(peerId, method, body, ...rest);
  };
}
