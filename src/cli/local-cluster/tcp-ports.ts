import { once } from 'node:events';
import { createServer } from 'node:net';
import { addressProblem } from '../../gateway/gateway.ts';
import { freePorts } from '../../persistence/postgres/free-port.ts';

const PORT_MAX = 65_535;

export interface WantedPorts {
  readonly host: string;
  /** Of the proxy; 0 takes a free one. */
  readonly port: number;
  readonly nodes: number;
  /** Of the first server; the others follow. 0 takes free ones. */
  readonly from: number;
}

/**
 * The servers' ports. Everything is tried before anything is started.
 * @throws Error, one sentence for a person, where one of them, or the proxy's, cannot be had
 */
export async function serverPorts({ host, port, nodes, from }: WantedPorts): Promise<number[]> {
  await tryPort(port, host).catch((cause) => {
    throw addressProblem(cause, host, port);
  });
  if (from === 0) return freePorts(nodes);
  const ports = Array.from({ length: nodes }, (_, index) => from + index);
  const last = from + nodes - 1;
  if (last > PORT_MAX) {
    throw new Error(
      `${nodes} servers from --port ${from} on would need port ${last}, and ${PORT_MAX} is the last`,
    );
  }
  if (ports.includes(port)) {
    throw new Error(
      `port ${port} would be the proxy's (PORT) and a server's (--port ${from}); give another one of the two`,
    );
  }
  for (const each of ports) {
    await tryPort(each, '127.0.0.1').catch((cause) => {
      const why = cause.code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${cause.code})`;
      throw new Error(
        `port ${each} on 127.0.0.1 ${why}, and a server needs it; stop what listens there, or give another --port`,
        { cause },
      );
    });
  }
  return ports;
}

async function tryPort(port: number, host: string): Promise<void> {
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  await once(server.close(), 'close');
}
