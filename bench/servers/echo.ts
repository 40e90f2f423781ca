/** Baseline `echo`: acknowledges at once, with an answer of the usual shape, and stores nothing. */
import { randomUUID } from 'node:crypto';
import type { Booking, Hold, Quote } from '../../src/protocol/resources.ts';
import { openDoor } from './guest-door.ts';

const HOLD_MS = 600_000;
const QUOTE: Quote = {
  currency: 'EUR',
  totalMinor: 47_300,
  lines: [
    { kind: 'nights', label: '3 nights', amountMinor: 36_000 },
    { kind: 'cleaning', label: 'Cleaning fee', amountMinor: 7_000 },
    { kind: 'tax', label: 'Tax 10 %', amountMinor: 4_300 },
  ],
};

interface Command {
  readonly apartmentId: string;
  readonly checkIn: string;
  readonly checkOut: string;
  readonly guests: number;
  readonly holdId: string;
  readonly guest: { name: string; email: string };
}
type Acknowledge = (answer: { ok: true; data: { hold: Hold } | { booking: Booking } }) => void;

const door = openDoor();
door.guests.on('connection', (socket) => {
  socket.on('hold', (command: Command, acknowledge: Acknowledge) => {
    acknowledge({ ok: true, data: { hold: holdOf(randomUUID(), command, 'held') } });
  });
  socket.on('release', (command: Command, acknowledge: Acknowledge) => {
    acknowledge({ ok: true, data: { hold: holdOf(command.holdId, command, 'released') } });
  });
  socket.on('confirm', (command: Command, acknowledge: Acknowledge) => {
    acknowledge({ ok: true, data: { booking: bookingOf(command) } });
  });
});
door.open();

function holdOf(id: string, command: Command, status: Hold['status']): Hold {
  return {
    id,
    apartmentId: command.apartmentId,
    checkIn: command.checkIn ?? '2030-01-01',
    checkOut: command.checkOut ?? '2030-01-04',
    guests: command.guests ?? 2,
    status,
    expiresAt: new Date(Date.now() + HOLD_MS).toISOString(),
    extendable: true,
    quote: QUOTE,
    version: 1,
  };
}

function bookingOf(command: Command): Booking {
  return {
    id: randomUUID(),
    apartmentId: command.apartmentId,
    checkIn: '2030-01-01',
    checkOut: '2030-01-04',
    guests: 2,
    status: 'confirmed',
    price: QUOTE,
    policy: 'flexible',
    guest: command.guest,
    createdAt: new Date().toISOString(),
    version: 1,
  };
}
