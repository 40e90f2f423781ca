/**
 * A link that can be cut: a TCP port of its own in front of another.
 *
 *   pass ──refuse──> nothing listens, every connection is closed
 *     └────stall───> connections are made and stay, and no byte passes, as behind a cable that was pulled; those that
 *                    wait go on when it passes again
 */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '../support/program.ts';

export type RelayState = 'pass' | 'refuse' | 'stall';

export class Relay {
  port = 0;
  targetPort: number;
  #state: RelayState = 'pass';
  #server: Server | undefined;
  readonly #pairs = new Set<Pair>();

  constructor(targetPort = 0) {
    this.targetPort = targetPort;
  }

  async open(): Promise<this> {
    const server = createServer((near) => this.#joined(near));
    this.#server = server;
    // The same one each time that it opens again.
    if (this.port === 0) this.port = await freePort();
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    return this;
  }

  async become(state: RelayState): Promise<void> {
    if (state === this.#state) return;
    const was = this.#state;
    this.#state = state;
    if (state === 'refuse') {
      this.#server?.close();
      this.cut();
    } else if (was === 'refuse') {
      await this.open();
    }
    for (const pair of this.#pairs) pair.stall(state === 'stall');
  }

  /** Ends every connection there is. */
  cut(): void {
    for (const pair of this.#pairs) pair.end();
  }

  close(): void {
    this.#server?.close();
    this.cut();
  }

  #joined(near: Socket): void {
    const pair = new Pair(near, () => connect(this.targetPort, '127.0.0.1'));
    this.#pairs.add(pair);
    near.once('close', () => this.#pairs.delete(pair));
    if (this.#state === 'refuse') pair.end();
    else pair.stall(this.#state === 'stall');
  }
}

/** Two sockets that hand on to each other what they hear. */
class Pair {
  readonly #near: Socket;
  readonly #dial: () => Socket;
  #far: Socket | undefined;
  #isStalled = false;

  constructor(near: Socket, dial: () => Socket) {
    this.#near = near;
    this.#dial = dial;
    near.pause();
    near.on('error', () => {}).once('close', () => this.#far?.destroy());
  }

  stall(isStalled: boolean): void {
    this.#isStalled = isStalled;
    if (isStalled) {
      this.#near.pause();
      this.#far?.pause();
      return;
    }
    if (this.#far === undefined) {
      const far = this.#dial();
      this.#far = far;
      far.setNoDelay(true);
      this.#near.setNoDelay(true);
      far.on('error', () => {}).once('close', () => this.#near.destroy());
      this.#handOn(this.#near, far);
      this.#handOn(far, this.#near);
    }
    this.#near.resume();
    this.#far.resume();
  }

  end(): void {
    this.#near.destroy();
    this.#far?.destroy();
  }

  #handOn(from: Socket, to: Socket): void {
    from.on('data', (chunk) => {
      if (!to.write(chunk)) from.pause();
    });
    from.on('end', () => to.end());
    to.on('drain', () => {
      if (!this.#isStalled) from.resume();
    });
  }
}
