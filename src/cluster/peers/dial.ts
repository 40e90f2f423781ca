/** One attempt at a link: from a url to a WebSocket on which both ends have proved who they are. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Scheduler } from '../../time/scheduler.ts';
import { PEER_DIAL_DEADLINE_MS, PEER_FRAME_BYTES_MAX } from '../limits.ts';
import {
  type Handshake,
  HISTORY_HEADER,
  LEVEL_HEADER,
  type Levels,
  LISTENER_HEADER,
  levelIn,
  PEER_PATH,
  PEER_PROTOCOL,
  PROTOCOL_HEADER,
  protocolOf,
} from './handshake.ts';

export interface Peer {
  /** Of this incarnation, which has one url for life; another one at the same url is another peer. */
  readonly id: string;
  /** `http:`, `https:`, `ws:` or `wss:`; the two with an s speak TLS. */
  readonly url: string;
}

/**
 * How a link ended, or an attempt failed. `refused`: nobody listens at the url, or another incarnation does: the
 * process that was asked for is gone. `silent`: it may be there, and says nothing. `closed`: whatever else.
 */
export type PeerLoss = 'closed' | 'refused' | 'silent';

export type Dialled =
  | { readonly ok: true; readonly webSocket: WebSocket; readonly socket: Socket }
  | { readonly ok: false; readonly how: PeerLoss; readonly objection?: Objection };

/** What an operator must hear of, and can put right. */
export interface Objection {
  readonly name:
    | 'our_secret_refused'
    | 'peer_unproven'
    | 'url_invalid'
    | 'protocol_differs'
    | 'level_too_low'
    | 'certificate_refused'
    /** Also for a moment where a process has been replaced. */
    | 'another_answers';
  readonly why: string;
}
const OUR_SECRET_REFUSED = {
  name: 'our_secret_refused',
  why: 'it does not take the secret of this server; give both the same NIGHTLATCH_PEER_KEYS_FILE or NIGHTLATCH_PEER_SECRET',
} as const;
const PEER_UNPROVEN = {
  name: 'peer_unproven',
  why: 'who answers at its url does not know the secret; give both the same NIGHTLATCH_PEER_KEYS_FILE or NIGHTLATCH_PEER_SECRET',
} as const;
const URL_INVALID = { name: 'url_invalid', why: 'its NIGHTLATCH_NODE_URL is no url' } as const;
const ANOTHER_ANSWERS = {
  name: 'another_answers',
  why: 'another server answers at its url; give each server a NIGHTLATCH_NODE_URL of its own, that leads to it alone',
} as const;
const certificateRefused = (code: string): Objection => ({
  name: 'certificate_refused',
  why: `its certificate is not believed (${code}); give it one that an authority of NODE_EXTRA_CA_CERTS has signed for the name in its NIGHTLATCH_NODE_URL`,
});
/** Of what Node says when TLS does not come about (tls.html, X509 certificate error codes). */
const OF_TLS = /CERT|SELF_SIGNED|SIGNATURE|^ERR_SSL|^ERR_TLS|^EPROTO$/;

const protocolDiffers = (theirs: number): Objection => ({
  name: 'protocol_differs',
  why: `it speaks version ${theirs} of what servers say to each other, this one version ${PEER_PROTOCOL}; run the same program on both`,
});

const levelTooLow = (whose: 'it' | 'this one', level: number, needed: number): Objection => ({
  name: 'level_too_low',
  why: `${whose} has feature level ${level}, and what servers say to each other takes level ${needed} to understand; start a newer nightlatch there`,
});

export interface DialOptions {
  readonly selfId: () => string;
  readonly handshake: Handshake;
  readonly levels: Levels;
  /** Which one is served here; undefined: none is told. */
  readonly history: string | undefined;
  readonly scheduler: Scheduler;
  /** Who signs the certificates of peers, as PEM; undefined: the public authorities. */
  readonly ca: string | undefined;
}

export const WEBSOCKET_OPTIONS = {
  perMessageDeflate: false,
  maxPayload: PEER_FRAME_BYTES_MAX,
  // Each end pings at a pace of its own; that is as good as an answer.
  autoPong: false,
} as const;

const MISDIRECTED = 421;
const UNAUTHORIZED = 401;
const UPGRADE_REQUIRED = 426;
/** Tells the level that is needed. */
const PRECONDITION_FAILED = 412;

/** Calls `done` once, never before return. @returns gives the attempt up without a call of `done` */
export function dial(peer: Peer, options: DialOptions, done: (dialled: Dialled) => void): () => void {
  const { introduction, authorization } = options.handshake.introduce(options.selfId(), peer.id);
  const { levels, history } = options;
  const headers = {
    ...{ authorization, [PROTOCOL_HEADER]: String(PEER_PROTOCOL), [LEVEL_HEADER]: String(levels.own) },
    ...(history !== undefined && { [HISTORY_HEADER]: history }),
  };
  const webSocket = connect(peer.url, headers, options.ca);
  let isSettled = false;

  const settle = (dialled?: Dialled) => {
    if (isSettled) return;
    isSettled = true;
    stopWaiting();
    if (dialled?.ok !== true) webSocket?.terminate();
    if (dialled !== undefined) done(dialled);
  };
  const fail = (how: PeerLoss, objection?: Objection) =>
    settle({ ok: false, how, ...(objection === undefined ? {} : { objection }) });
  const stopWaiting = options.scheduler.after(PEER_DIAL_DEADLINE_MS, () => fail('silent'));

  if (webSocket === undefined) {
    setImmediate(() => fail('closed', URL_INVALID));
    return () => settle();
  }
  let opening: string | undefined;
  let socket: Socket;
  webSocket.on('upgrade', (response: IncomingMessage) => {
    socket = response.socket;
    opening = options.handshake.readAnswer(introduction, response.headers[LISTENER_HEADER]);
    if (opening === undefined) return fail('closed', PEER_UNPROVEN);
    const theirs = protocolOf(response.headers[PROTOCOL_HEADER]);
    if (theirs !== PEER_PROTOCOL) return fail('closed', protocolDiffers(theirs));
    const level = levelIn(response.headers[LEVEL_HEADER]);
    if (level < levels.least()) fail('closed', levelTooLow('it', level, levels.least()));
  });
  webSocket.on('open', () => {
    if (opening === undefined || isSettled) return;
    webSocket.send(opening);
    settle({ ok: true, webSocket, socket });
  });
  webSocket.on('unexpected-response', (_request, { statusCode, headers }) => {
    if (statusCode === MISDIRECTED) fail('refused', ANOTHER_ANSWERS);
    else if (statusCode === UNAUTHORIZED) fail('closed', OUR_SECRET_REFUSED);
    else if (statusCode === PRECONDITION_FAILED)
      fail('closed', levelTooLow('this one', levels.own, levelIn(headers[LEVEL_HEADER])));
    else if (statusCode === UPGRADE_REQUIRED)
      fail('closed', protocolDiffers(protocolOf(headers[PROTOCOL_HEADER])));
    else fail('closed');
  });
  webSocket.on('error', (cause) => {
    const code = 'code' in cause ? String(cause.code) : '';
    if (code === 'ECONNREFUSED') fail('refused');
    else fail('closed', OF_TLS.test(code) ? certificateRefused(code) : undefined);
  });
  webSocket.on('close', () => fail('closed'));
  return () => settle();
}

function connect(
  url: string,
  headers: Readonly<Record<string, string>>,
  ca: string | undefined,
): WebSocket | undefined {
  try {
    return new WebSocket(new URL(PEER_PATH, url), {
      ...WEBSOCKET_OPTIONS,
      headers,
      // A mask keeps a page's script from writing what a proxy might take for HTTP (RFC 6455, 10.3); there are no
      // pages here, and a mask of zeros spares both ends the work.
      generateMask: (mask) => mask.fill(0),
      ...(ca === undefined ? {} : { ca }),
    });
  } catch {
    return undefined;
  }
}
