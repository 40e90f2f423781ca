/** What a client asks, as the door hands it on. */
import type { ApartmentCommand } from '../../src/protocol/apartment-command.ts';
import { nightOf } from '../../src/protocol/nights.ts';
import { partyOf } from '../../src/protocol/party.ts';
import type { Asked } from './history.ts';

export type { Asked };

export function commandOf(asked: Asked, request: string): ApartmentCommand {
  const { command, args } = asked;
  switch (command) {
    case 'hold': {
      const { apartmentId, checkIn, checkOut, ...party } = args;
      const stay = { from: nightOf(checkIn), to: nightOf(checkOut) };
      return { kind: 'hold', requestId: request, apartmentId, stay, ...partyOf(party) };
    }
    case 'block': {
      const range = { from: nightOf(args.from), to: nightOf(args.to) };
      return { kind: 'block', requestId: request, apartmentId: args.apartmentId, range };
    }
    case 'confirm': {
      const { apartmentId, holdId, guest, payment } = args;
      return {
        kind: 'confirm',
        requestId: request,
        apartmentId,
        holdId,
        contact: guest,
        method: payment.method,
      };
    }
    default:
      return { kind: command, requestId: request, ...args } as ApartmentCommand;
  }
}
