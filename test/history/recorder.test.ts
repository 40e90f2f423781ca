import { expect, it } from 'vitest';
import type { Client } from '../../src/client/index.ts';
import type { Subject } from '../../src/protocol/resources.ts';
import type { HistoryEvent } from './history.ts';
import { Recorder } from './recorder.ts';

it('does not say what became of a command that was asked as one guest and carried out as another', async () => {
  let subject: Subject = { id: 'ana', kind: 'guest' };
  let isSignedOut = false;
  const client = {
    sessions: {
      get who() {
        return { subject };
      },
    },
    onHold: () => () => {},
    onBooking: () => () => {},
    async mine() {
      if (isSignedOut) subject = { id: 'bea', kind: 'guest' };
      return { ok: true, data: { holds: [], bookings: [] } };
    },
  } as unknown as Client;
  const events: HistoryEvent[] = [];
  const recorded = await new Recorder({ write: (event) => events.push(event) }).client('c', client);
  await recorded.mine();
  isSignedOut = true;
  await recorded.mine();
  await recorded.mine();
  const said = events.map((event) => (event.type === 'invoke' ? event.subject : event.type));
  expect(said).toEqual(['ana', 'ok', 'ana', 'unknown', 'bea', 'ok']);
});
