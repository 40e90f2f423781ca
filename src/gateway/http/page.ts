/** The pages, as they were built. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { errorBody } from '../../protocol/errors.ts';
import { refuse } from './route.ts';

/** Files of the page; its client routes (/apartments/x, /admin) all get index.html. */
export async function servePage(app: FastifyInstance, root: string): Promise<void> {
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
  app.setNotFoundHandler((request, reply) => {
    const { method, url } = request;
    const forPerson = method === 'GET' && (request.headers.accept ?? '').includes('text/html');
    if (!forPerson || /^\/(v1|socket\.io|assets)(\/|$|\?)/.test(url)) {
      return refuse(
        reply,
        errorBody('not_found', `there is no ${method} ${pathOf(url)}; see /docs for what there is`),
      );
    }
    if (built) return reply.sendFile('index.html');
    return reply.code(503).type('text/html').send(NOT_BUILT);
  });
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
