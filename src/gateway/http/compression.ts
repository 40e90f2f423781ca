/**
 * An answer is compressed whole before any of it is sent. As a stream it would keep its encoder, a megabyte and more,
 * for as long as its reader takes, and readers are strangers.
 */
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { COMPRESSIONS_MAX } from '../limits.ts';

export type Encoding = 'br' | 'gzip';

/** Beyond it an answer made for one request costs more to compress than it saves. */
const BROTLI_QUALITY = 4;
/** What fits one packet is sent as it is. */
const COMPRESSED_MIN_BYTES = 1_400;
const COMPRESSIBLE = /^(text\/|image\/svg|application\/(json|javascript|x-yaml))/;

const encoders = { br: promisify(brotliCompress), gzip: promisify(gzip) };

export function compressed(bytes: Buffer, encoding: Encoding): Promise<Buffer> {
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants;
  const params = { [BROTLI_PARAM_QUALITY]: BROTLI_QUALITY, [BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return encoding === 'br' ? encoders.br(bytes, { params }) : encoders.gzip(bytes);
}

/** The better one of those that are accepted at all (RFC 9110, section 12.5.3). */
export function encodingFor(accepted: string | undefined): Encoding | undefined {
  const names = (accepted ?? '').toLowerCase().split(',');
  const isAccepted = (encoding: Encoding) =>
    names.some((each) => {
      const [name, ...parameters] = each.split(';').map((part) => part.trim());
      return name === encoding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
    });
  return isAccepted('br') ? 'br' : isAccepted('gzip') ? 'gzip' : undefined;
}

export function isCompressible(type: unknown, bytes: number): boolean {
  return bytes >= COMPRESSED_MIN_BYTES && COMPRESSIBLE.test(String(type));
}

/** Of answers made for one request; files and documents come compressed already. */
export function compressAnswers(app: FastifyInstance): void {
  let underWay = 0;
  app.addHook('onSend', async (request, reply, payload) => {
    if (typeof payload !== 'string' || !isCompressible(reply.getHeader('content-type'), payload.length))
      return payload;
    reply.header('vary', 'accept-encoding');
    const encoding = encodingFor(request.headers['accept-encoding']);
    // Where many wait for it, it would be what all of them wait for.
    if (encoding === undefined || underWay >= COMPRESSIONS_MAX) return payload;
    underWay += 1;
    try {
      const bytes = await compressed(Buffer.from(payload), encoding);
      reply.header('content-encoding', encoding);
      return bytes;
    } finally {
      underWay -= 1;
    }
  });
}
