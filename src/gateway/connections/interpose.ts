/** Stands before everybody who listens to an event of the HTTP server: who is not let through is not heard of by them. */
import type { Server } from 'node:http';

export function interpose(
  server: Server,
  event: 'connection' | 'request' | 'upgrade' | 'clientError',
  admits: (...args: never[]) => boolean,
): void {
  const listeners = server.listeners(event);
  server.removeAllListeners(event);
  server.on(event, (...args: unknown[]) => {
    if (!admits(...(args as never[]))) return;
    for (const listener of listeners) listener.apply(server, args);
  });
}
