/**
 * What is the same for everybody for as long as this process runs: made by its route once, kept as bytes in every
 * encoding, and those same bytes sent to whoever asks. However many ask, and read nothing, they cost no more memory.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { compressed, type Encoding, encodingFor, isCompressible } from './compression.ts';
import { matches } from './route.ts';

interface Document {
  readonly type: string;
  readonly etag: string;
  readonly bytes: Readonly<Record<Encoding | 'identity', Buffer>>;
}

/** Marks the one request by which a document is made. */
const MAKING = 'nightlatch-making-document';

/** For the routes of `app` alone: those below it that answer a GET with 200. */
export function keepDocuments(app: FastifyInstance): void {
  const key = randomUUID();
  const kept = new Map<string, Promise<Document | undefined>>();

  app.addHook('onRequest', async (request, reply) => {
    if (!['GET', 'HEAD'].includes(request.method) || request.headers[MAKING] === key) return;
    const [path = ''] = request.url.split('?', 1);
    const making = kept.get(path) ?? make(path);
    kept.set(path, making);
    let document: Document | undefined;
    try {
      document = await making;
    } finally {
      // What there is not is not kept: there is no end of it.
      if (document === undefined) kept.delete(path);
    }
    if (document !== undefined) return send(document, request, reply);
  });

  async function make(path: string): Promise<Document | undefined> {
    const answer = await app.inject({ url: path, headers: { [MAKING]: key } });
    if (answer.statusCode !== 200) return undefined;
    const identity = answer.rawPayload;
    const type = String(answer.headers['content-type']);
    const isSmaller = isCompressible(type, identity.length);
    const [br, gzip] = isSmaller
      ? await Promise.all([compressed(identity, 'br'), compressed(identity, 'gzip')])
      : [identity, identity];
    const etag = `"${createHash('sha256').update(identity).digest('base64url').slice(0, 22)}"`;
    return { type, etag, bytes: { identity, br, gzip } };
  }
}

function send({ type, etag, bytes }: Document, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.header('etag', etag).header('cache-control', 'no-cache');
  if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send();
  const encoding = bytes.br === bytes.identity ? undefined : encodingFor(request.headers['accept-encoding']);
  if (bytes.br !== bytes.identity) reply.header('vary', 'accept-encoding');
  if (encoding !== undefined) reply.header('content-encoding', encoding);
  return reply.type(type).send(bytes[encoding ?? 'identity']);
}
