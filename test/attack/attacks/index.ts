/** Every attack, by the name that the command line and the table know it by. */
import type { Attack } from '../attack.ts';
import { answersUnread } from './answers-unread.ts';
import { connectsInOneFrame } from './connects-in-one-frame.ts';
import { halfHandshakes } from './half-handshakes.ts';
import { hoarding } from './hoarding.ts';
import { idleConnections } from './idle-connections.ts';
import { madeUpIds } from './made-up-ids.ts';
import { noSuchPage } from './no-such-page.ts';
import { pingsUnread } from './pings-unread.ts';
import { pipelinedUnread } from './pipelined-unread.ts';

export const ATTACKS: Readonly<Record<string, Attack>> = {
  'pipelined-unread': pipelinedUnread,
  'answers-unread': answersUnread,
  'pings-unread': pingsUnread,
  'connects-in-one-frame': connectsInOneFrame,
  'idle-connections': idleConnections,
  'half-handshakes': halfHandshakes,
  'no-such-page': noSuchPage,
  'made-up-ids': madeUpIds,
  hoarding,
};
