/** The pages, as they were built. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { errorBody } from '../../protocol/errors.ts';
import type { Apartment } from '../../protocol/terms.ts';
import { TIMERS } from '../../time/scheduler.ts';
import { within } from '../../time/within.ts';
import { HEAD_PATIENCE_MS } from '../limits.ts';
import type { Listings } from '../ports.ts';
import { withHead } from './page-head.ts';
import { refuse } from './route.ts';

/**
 * Files of the page; its client routes (/apartments/x, /admin) all get index.html, which for an apartment that anybody may
 * know of says in its head which one it is.
 */
export async function servePage(
  app: FastifyInstance,
  root: string,
  listings: Pick<Listings, 'isPublic' | 'get'>,
): Promise<void> {
  const built = existsSync(join(root, 'index.html'));
  if (built) {
    await app.register(fastifyStatic, {
      root,
      // Vite names what is under /assets by its content.
      cacheControl: false,
      preCompressed: true,
      setHeaders: (reply, path) => {
        const named = path.startsWith(join(root, 'assets'));
        reply.header('cache-control', named ? 'public, max-age=31536000, immutable' : 'no-cache');
        // Half a kilobyte that says nothing to what is no document, on each of the page's parts.
        if (/\.(js|css)(\.br|\.gz)?$/.test(path))
          for (const name of OF_DOCUMENTS) reply.raw.removeHeader(name);
      },
    });
  }
  const document = built ? await readFile(join(root, 'index.html'), 'utf8') : '';
  app.setNotFoundHandler(async (request, reply) => {
    const { method, url } = request;
    const apartmentId = APARTMENT.exec(pathOf(url))?.[1];
    // What makes previews of links takes anything.
    const accepts = apartmentId === undefined ? /text\/html/ : /text\/html|^$|\*\/\*/;
    const forPerson = method === 'GET' && accepts.test(request.headers.accept ?? '');
    if (!forPerson || /^\/(v1|socket\.io|assets)(\/|$|\?)/.test(url)) {
      return refuse(
        reply,
        errorBody('not_found', `there is no ${method} ${pathOf(url)}; see /docs for what there is`),
      );
    }
    if (!built) return reply.code(503).type('text/html').send(NOT_BUILT);
    const apartment = apartmentId === undefined ? undefined : await known(listings, apartmentId);
    if (apartment === undefined) return reply.sendFile('index.html');
    return reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-cache')
      .send(withHead(document, apartment));
  });
}

const APARTMENT = /^\/apartments\/([\w-]{1,64})$/;

/** Undefined where it cannot be said in time: the page finds out by itself. */
async function known(
  listings: Pick<Listings, 'isPublic' | 'get'>,
  apartmentId: string,
): Promise<Apartment | undefined> {
  if (!listings.isPublic(apartmentId)) return undefined;
  const looking = listings.get(undefined, apartmentId).catch(() => undefined);
  if (!(await within(TIMERS, HEAD_PATIENCE_MS, looking))) return undefined;
  const found = await looking;
  return found?.ok === true ? found.data : undefined;
}

const OF_DOCUMENTS = [
  'content-security-policy',
  'cross-origin-opener-policy',
  'origin-agent-cluster',
  'x-dns-prefetch-control',
  'x-download-options',
  'x-frame-options',
  'x-permitted-cross-domain-policies',
  'x-xss-protection',
] as const;

const NOT_BUILT =
  '<!doctype html><title>Nightlatch</title><p>The page has not been built. Run <code>npm run build</code> and load it again. The API is documented at <a href="/docs">/docs</a>.';

function pathOf(url: string): string {
  return (url.split('?', 1)[0] ?? '').slice(0, 200);
}
