/**
 * One WebSocket between two servers that know each other, used by both ends alike: messages of one turn of the event
 * loop leave in one frame and one write, and an end that hears nothing for PEER_SILENT_PINGS pings gives up.
 *
 *   open ──> ended, told once: 'silent' (nothing heard), else 'closed' (by the other end, the network, rubbish, us)
 */
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Scheduler } from '../../time/scheduler.ts';
import { PEER_BATCH_CHARACTERS, PEER_CLOSE_MS, PEER_PING_EVERY_MS, PEER_SILENT_PINGS } from '../limits.ts';
import type { Counts } from './link-stats.ts';
import { readBatch } from './messages.ts';

export interface ChannelOwner {
  /** The messages of one frame; false where they are not what a peer says: the channel is cut. */
  receive(messages: readonly unknown[]): boolean;
  /** Once. Not called where the owner itself ended it. */
  lost(how: 'closed' | 'silent'): void;
  rubbish(): void;
}

const OPEN = 1;
const CLOSED = 3;
const GOING_AWAY = 1001;

export class Channel {
  readonly #webSocket: WebSocket;
  readonly #socket: Socket;
  readonly #owner: ChannelOwner;
  readonly #scheduler: Scheduler;
  readonly #counts: Counts;
  /** Batches that are full, and the one being written, without its closing bracket. */
  #full: string[] = [];
  #batch = '';
  #queuedCharacters = 0;
  #isEnded = false;
  #heardBytes: number;
  #pingsUnheard = 0;
  #stopPinging: () => void;

  constructor(
    webSocket: WebSocket,
    socket: Socket,
    options: { owner: ChannelOwner; scheduler: Scheduler; counts: Counts },
  ) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#owner = options.owner;
    this.#scheduler = options.scheduler;
    this.#counts = options.counts;
    this.#heardBytes = socket.bytesRead;
    webSocket.on('message', (frame: Buffer) => this.#receive(frame));
    // A frame that breaks the protocol or is too large comes as an error: rubbish like any other.
    webSocket.on('error', (cause) => {
      if (!('code' in cause) || !String(cause.code).startsWith('WS_ERR')) return;
      if (!this.#isEnded) this.#owner.rubbish();
      this.#lose('closed');
    });
    webSocket.on('close', () => {
      this.#counts.bytesRead += socket.bytesRead;
      this.#counts.bytesWritten += socket.bytesWritten;
      this.#lose('closed');
    });
    this.#stopPinging = this.#scheduler.after(PEER_PING_EVERY_MS, this.#ping);
  }

  /** Waiting to be taken by the kernel; about, what is not framed yet is counted in characters. */
  get queuedBytes(): number {
    return this.#queuedCharacters + this.#socket.writableLength;
  }

  get bytes(): { read: number; written: number } {
    return { read: this.#socket.bytesRead, written: this.#socket.bytesWritten };
  }

  /** Leaves with the others of this turn, in order. */
  send(message: string): void {
    if (this.#isEnded) return;
    this.#queuedCharacters += message.length;
    if (this.#batch === '') {
      this.#batch = `[${message}`;
      setImmediate(this.#flush);
    } else if (this.#batch.length + message.length <= PEER_BATCH_CHARACTERS) {
      this.#batch += `,${message}`;
    } else {
      this.#full.push(`${this.#batch}]`);
      this.#batch = `[${message}`;
    }
  }

  /** Without a word, and without a call of `lost`. */
  cut(): void {
    this.#end();
    this.#webSocket.terminate();
  }

  /** After what is queued, and without a call of `lost`; resolves when the socket is gone. */
  close(): Promise<void> {
    this.#flush();
    this.#end();
    if (this.#webSocket.readyState === CLOSED) return Promise.resolve();
    return new Promise((resolve) => {
      const stopWaiting = this.#scheduler.after(PEER_CLOSE_MS, () => this.#webSocket.terminate());
      this.#webSocket.once('close', () => {
        stopWaiting();
        resolve();
      });
      this.#webSocket.close(GOING_AWAY);
    });
  }

  readonly #flush = (): void => {
    if (this.#batch === '' || this.#isEnded) return;
    const last = `${this.#batch}]`;
    const full = this.#full;
    this.#batch = '';
    this.#queuedCharacters = 0;
    if (full.length === 0) {
      this.#write(last);
      return;
    }
    this.#full = [];
    this.#socket.cork();
    for (const batch of full) this.#write(batch);
    this.#write(last);
    this.#socket.uncork();
  };

  #write(batch: string): void {
    this.#counts.framesSent += 1;
    if (this.#webSocket.readyState === OPEN) this.#webSocket.send(batch);
  }

  #receive(frame: Buffer): void {
    if (this.#isEnded) return;
    this.#counts.framesReceived += 1;
    const messages = readBatch(frame);
    if (messages !== undefined && this.#owner.receive(messages)) return;
    if (this.#isEnded) return;
    this.#owner.rubbish();
    this.#lose('closed');
  }

  /**
   * Counts turns of its own, not time: a process that was itself stopped must first read what came meanwhile before
   * it may call anybody silent. Bytes count, whatever they are part of: a large frame on its way is no silence.
   */
  readonly #ping = (): void => {
    const heardBytes = this.#socket.bytesRead;
    this.#pingsUnheard = heardBytes === this.#heardBytes ? this.#pingsUnheard + 1 : 0;
    this.#heardBytes = heardBytes;
    if (this.#pingsUnheard >= PEER_SILENT_PINGS) {
      this.#lose('silent');
      return;
    }
    if (this.#webSocket.readyState === OPEN) this.#webSocket.ping();
    this.#stopPinging = this.#scheduler.after(PEER_PING_EVERY_MS, this.#ping);
  };

  #lose(how: 'closed' | 'silent'): void {
    if (this.#isEnded) return;
    this.cut();
    this.#owner.lost(how);
  }

  #end(): void {
    this.#isEnded = true;
    this.#full = [];
    this.#batch = '';
    this.#queuedCharacters = 0;
    this.#stopPinging();
  }
}
