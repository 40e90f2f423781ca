import { expect, it } from 'vitest';
import type { Client } from '../../src/client/index.ts';
import type { Subject } from '../../src/protocol/resources.ts';
import type { HistoryEvent } from './history.ts';
import { Recorder } from './recorder.ts';

it('does not say what became of a command that was asked as one guest and carried out as another', async () => {
  let subject: Subject | undefined = { id: 'ana', kind: 'guest' };
  let next: Subject | undefined = subject;
  const client = {
    sessions: {
      get who() {
        return subject && { subject };
      },
    },
    onHold: () => () => {},
    onBooking: () => () => {},
    async mine() {
      subject = next;
      return { ok: true, data: { holds: [], bookings: [] } };
    },
  } as unknown as Client;
  const events: HistoryEvent[] = [];
  const recorded = await new Recorder({ write: (event) => events.push(event) }).client('c', client);
  await recorded.mine();
  next = undefined;
  await recorded.mine();
  await recorded.mine();
  next = { id: 'bea', kind: 'guest' };
  await recorded.mine();
  await recorded.mine();
  const said = events.map((event) => (event.type === 'invoke' ? event.subject : event.type));
  expect(said).toEqual([
    'ana',
    'ok',
    ...['ana', 'unknown'],
    ...['ana', 'unknown'],
    ...['ana', 'unknown'],
    ...['bea', 'ok'],
  ]);
});
