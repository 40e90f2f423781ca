import type { ApartmentCommand } from '../../protocol/apartment-command.ts';
import type { Feature } from '../../protocol/feature-levels.ts';
import { adopt } from './adoption.ts';
import { block, unblock } from './blocks.ts';
import { cancel, confirm } from './bookings.ts';
import { extend, hold, release } from './holds.ts';
import { pause, resume, retire } from './listing.ts';
import type { CommandKind, CommandRules } from './rules.ts';

/** Every command that an apartment takes. */
export const COMMANDS: { readonly [Kind in CommandKind]: CommandRules<Kind> } = {
  ...{ hold, extend, release },
  ...{ confirm, cancel },
  ...{ block, unblock },
  ...{ pause, resume, retire },
  ...{ adopt },
};

/** Whether this program understands a command that a server of another version may have sent. */
export function isKnownCommand({ kind }: { readonly kind: string }): boolean {
  return Object.hasOwn(COMMANDS, kind);
}

/** What a server must know to be sent this command, where not every one does. */
export function featureOf(command: ApartmentCommand): Feature | undefined {
  if (command.kind === 'adopt') return 'adoptions';
  if (command.kind === 'hold' && command.adults !== undefined) return 'terms by weekday, season and guests';
  return command.kind === 'extend' && command.minutes !== undefined ? 'extensions by admins' : undefined;
}
