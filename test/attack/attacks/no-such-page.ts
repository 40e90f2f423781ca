import type { Attack } from '../attack.ts';
import { many } from '../foe.ts';

const CONNECTIONS = 40;

/** Well-behaved but for their number: refused, and not to be ended. */
export const noSuchPage: Attack = {
  does: `${CONNECTIONS} connections that ask for pages, documents and what is not there as fast as they are answered`,
  run(foe) {
    const paths = ['/nowhere', '/v1/nowhere', '/', '/docs/', '/v1/openapi.json', '/admin', '/assets/none.js'];
    let n = 0;
    return many(CONNECTIONS, foe, async () => {
      const socket = await foe.connect();
      if (socket === undefined) return;
      const ask = () =>
        foe.send(
          socket,
          `GET ${paths[n++ % paths.length]} HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nAccept-Encoding: br\r\n\r\n`,
        );
      socket.on('data', ask);
      ask();
      await foe.gone(socket);
    });
  },
};
