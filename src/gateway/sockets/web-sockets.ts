/** The WebSocket server that Engine.IO is handed: with bounds that Engine.IO has no option for. */
import { type ServerOptions, WebSocketServer } from 'ws';
import { CLOSING_HANDSHAKE_MS, MESSAGE_FRAGMENTS_MAX, PENDING_PONGS_MAX } from '../limits.ts';

export class BoundedWebSocketServer extends WebSocketServer {
  constructor(options: ServerOptions) {
    const bounds = {
      closeTimeout: CLOSING_HANDSHAKE_MS,
      maxFragments: MESSAGE_FRAGMENTS_MAX,
      maxPendingAutoPongs: PENDING_PONGS_MAX,
    };
    super({ ...options, ...bounds });
  }
}
