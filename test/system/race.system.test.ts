import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandAnswers } from '../../src/protocol/commands.ts';
import type { Outcome } from '../../src/protocol/errors.ts';
import { dateOf, nightOf } from '../../src/protocol/nights.ts';
import { type RunningServer, startServer } from '../support/server.ts';

const GUESTS = 200;
const TODAY = Math.floor(Date.now() / 86_400_000);
let server: RunningServer;
let sockets: Socket[] = [];

beforeAll(async () => {
  const city = 'Porto';
  server = await startServer({ listings: [1, 2].map((id) => ({ id, name: `Flat ${id}`, city, price: 90 })) });
  const tokens = await Promise.all(
    Array.from({ length: GUESTS }, async () => {
      const answer = await fetch(`${server.url}/v1/sessions/guest`, { method: 'POST' });
      return ((await answer.json()) as { accessToken: string }).accessToken;
    }),
  );
  sockets = tokens.map((token) =>
    io(`${server.url}/v1`, {
      transports: ['websocket'],
      auth: { token },
      forceNew: true,
      reconnection: false,
    }),
  );
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('welcome', resolve))));
});

afterAll(async () => {
  for (const socket of sockets) socket.close();
  await server.stop();
});

function hold(
  socket: Socket,
  apartmentId: string,
  from: number,
  nights: number,
): Promise<Outcome<CommandAnswers['hold']>> {
  const [checkIn, checkOut] = [dateOf(from), dateOf(from + nights)];
  return socket
    .timeout(30_000)
    .emitWithAck('hold', { requestId: randomUUID(), apartmentId, checkIn, checkOut });
}

describe('200 guests who want the same nights', () => {
  it('[I1] one gets them, 199 are told what is taken and what is free near it', async () => {
    const answers = await Promise.all(sockets.map((socket) => hold(socket, 'airbnb-1', TODAY + 30, 3)));
    expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
    const refusals = answers.flatMap((answer) => (answer.ok ? [] : [answer.error]));
    expect(refusals).toHaveLength(GUESTS - 1);
    for (const { code, conflicts, alternatives } of refusals) {
      expect(code).toBe('nights_unavailable');
      expect(conflicts).toMatchObject([{ from: dateOf(TODAY + 30), to: dateOf(TODAY + 33), status: 'held' }]);
      expect(alternatives).toHaveLength(3);
      for (const { checkIn, checkOut } of alternatives ?? []) {
        const [from, to] = [nightOf(checkIn), nightOf(checkOut)];
        expect(to - from).toBe(3);
        expect(from >= TODAY + 33 || to <= TODAY + 30).toBe(true);
      }
    }
  });

  it('[I1] stays that overlap in every way are never held twice', async () => {
    const answers = await Promise.all(
      sockets.map((socket, i) => hold(socket, 'airbnb-2', TODAY + 10 + (i % 40), 1 + (i % 7))),
    );
    const held = answers.flatMap((answer) => (answer.ok ? [answer.data.hold] : []));
    expect(held.length).toBeGreaterThan(5);
    const nights = held.flatMap(({ checkIn, checkOut }) => {
      const from = nightOf(checkIn);
      return Array.from({ length: nightOf(checkOut) - from }, (_, i) => from + i);
    });
    expect(new Set(nights).size).toBe(nights.length);
    expect(new Set(held.map(({ version }) => version)).size).toBe(held.length);
  });
});
