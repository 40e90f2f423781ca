/** The link over which one peer asks this server: see dialled-link.ts for why there is one each way. */
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Scheduler } from '../../time/scheduler.ts';
import { PEER_CUT_BYTES, PEER_QUEUE_BYTES_MAX, PEER_SERVING_MAX } from '../limits.ts';
import { Channel } from './channel.ts';
import type { Counts } from './link-stats.ts';
import { answerText, failureText, isNote, isRequest, type PeerReply, type Request } from './messages.ts';

export type OnRequest = (
  peerId: string,
  method: string,
  body: unknown,
  /** What was left when it was sent, in milliseconds. */
  deadlineMs: number,
  /** Counts once, and not after the deadline. */
  reply: (outcome: PeerReply) => void,
) => void | Promise<void>;
export type OnNote = (peerId: string, name: string, body: unknown) => void;

export interface AcceptedLinkHost {
  readonly scheduler: Scheduler;
  readonly nowMs: () => number;
  readonly counts: Counts;
  readonly onRequest: OnRequest;
  readonly onNote: OnNote | undefined;
  readonly fault: (event: string, details: Record<string, unknown>) => void;
  readonly gone: (link: AcceptedLink) => void;
}

/** How often requests whose deadline has passed are forgotten, in milliseconds. */
const FORGET_EVERY_MS = 1_000;

export class AcceptedLink {
  readonly peerId: string;
  readonly #host: AcceptedLinkHost;
  readonly #channel: Channel;
  /** Being served, and until when anybody waits for the answer. */
  readonly #serving = new Map<number, number>();
  #stopForgetting: () => void;

  constructor(peerId: string, webSocket: WebSocket, socket: Socket, host: AcceptedLinkHost) {
    this.peerId = peerId;
    this.#host = host;
    this.#channel = new Channel(webSocket, socket, {
      scheduler: host.scheduler,
      counts: host.counts,
      owner: {
        receive: (messages) => this.#receive(messages),
        lost: () => this.#gone(),
        rubbish: () => host.fault('peer.rubbish', { peerId }),
      },
    });
    this.#stopForgetting = host.scheduler.after(FORGET_EVERY_MS, this.#forget);
  }

  get serving(): number {
    return this.#serving.size;
  }
  get queuedBytes(): number {
    return this.#channel.queuedBytes;
  }
  get bytes(): { read: number; written: number } {
    return this.#channel.bytes;
  }

  /** After the answers that are queued; those still being made are dropped. */
  close(): Promise<void> {
    const closing = this.#channel.close();
    this.#gone();
    return closing;
  }

  cut(): void {
    this.#channel.cut();
    this.#gone();
  }

  #receive(messages: readonly unknown[]): boolean {
    for (const message of messages) {
      if (isRequest(message)) {
        if (!this.#serve(message)) return false;
      } else if (isNote(message)) {
        this.#hear(message[1], message[2]);
      } else {
        return false;
      }
    }
    return true;
  }

  #serve([id, deadlineMs, method, body]: Request): boolean {
    if (this.#serving.has(id)) return false;
    if (this.#serving.size >= PEER_SERVING_MAX || this.#channel.queuedBytes > PEER_QUEUE_BYTES_MAX) {
      this.#send(failureText(id, 'busy'));
      return true;
    }
    this.#serving.set(id, this.#host.nowMs() + deadlineMs);
    this.#host.counts.served += 1;
    try {
      const served = this.#host.onRequest(this.peerId, method, body, deadlineMs, (outcome) =>
        this.#answer(id, method, outcome),
      );
      if (served instanceof Promise) served.catch((cause: unknown) => this.#failed(id, method, cause));
    } catch (cause) {
      this.#failed(id, method, cause);
    }
    return true;
  }

  #hear(name: string, body: unknown): void {
    try {
      this.#host.onNote?.(this.peerId, name, body);
    } catch (cause) {
      this.#host.fault('peer.note_failed', { peerId: this.peerId, name, cause });
    }
  }

  #answer(id: number, method: string, outcome: PeerReply): void {
    if (!this.#serving.delete(id)) return;
    if (!outcome.ok) {
      this.#send(failureText(id, outcome.why));
      return;
    }
    let text: string;
    try {
      text = answerText(id, outcome.body);
    } catch (cause) {
      this.#host.fault('peer.answer_not_sent', { peerId: this.peerId, method, cause });
      text = failureText(id, 'fault');
    }
    this.#send(text);
  }

  #failed(id: number, method: string, cause: unknown): void {
    this.#host.fault('peer.request_failed', { peerId: this.peerId, method, cause });
    if (this.#serving.delete(id)) this.#send(failureText(id, 'fault'));
  }

  /** Asked before this one is added: one answer may be large, a backlog of them may not. */
  #send(text: string): void {
    if (this.#channel.queuedBytes > PEER_CUT_BYTES) {
      this.#host.fault('peer.too_slow', { peerId: this.peerId, queuedBytes: this.#channel.queuedBytes });
      this.cut();
      return;
    }
    this.#channel.send(text);
  }

  /** A handler that never answers keeps its place only as long as somebody waits. */
  readonly #forget = (): void => {
    const nowMs = this.#host.nowMs();
    for (const [id, untilMs] of this.#serving) if (untilMs <= nowMs) this.#serving.delete(id);
    this.#stopForgetting = this.#host.scheduler.after(FORGET_EVERY_MS, this.#forget);
  };

  #gone(): void {
    this.#stopForgetting();
    this.#serving.clear();
    this.#host.gone(this);
  }
}
