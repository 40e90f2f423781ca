/**
 * The places where this program reaches beneath the public face of Node's sockets and HTTP server, all of them here.
 * Each does without where it finds nothing; test/gateway/connections.system.test.ts notices.
 */
import type { Socket } from 'node:net';

interface Inner {
  readonly _handle: { readonly writeQueueSize?: number } | null;
  readonly parser?: { onIncoming: unknown } | null;
}

/** Of one large write the kernel takes a part at a time, of which Node tells nobody before it is done. */
export function writeQueueOf(socket: Socket): number {
  return (socket as unknown as Inner)._handle?.writeQueueSize ?? 0;
}

/** What a parser is told to be done with a connection: no body, and nothing that is HTTP after it. */
const NO_MORE_HTTP = 2;

/**
 * Requests that have come in one piece with the one that is looked at now, a thousand in 64 KiB, are not read any more:
 * ending the connection alone would not keep them from being made, one after the other.
 */
export function stopParsing(socket: Socket): void {
  const { parser } = socket as unknown as Inner;
  if (parser) parser.onIncoming = () => NO_MORE_HTTP;
}
