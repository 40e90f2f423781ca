/** The HTTP side: routes, documentation, the page, headers, and the translation of everything that goes wrong. */
import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
} from 'fastify';
import {
  createJsonSchemaTransform,
  createJsonSchemaTransformObject,
  hasZodFastifySchemaValidationErrors,
  validatorCompiler,
} from 'fastify-type-provider-zod';
import { type ErrorBody, errorBody } from '../../protocol/errors.ts';
import { FRAME_BYTES_MAX, HANDSHAKE_DEADLINE_MS } from '../../protocol/limits.ts';
import type { ClientAddresses } from '../addresses/client-address.ts';
import { understandProxyProtocol } from '../addresses/proxied-connections.ts';
import type { Faults } from '../faults.ts';
import type { Load } from '../limits/load.ts';
import type { RateLimits } from '../limits/rate-limits.ts';
import { ANSWER_BYTES_PER_COMMAND, LATE_LOOK_EVERY_MS } from '../limits.ts';
import type { Log } from '../log.ts';
import type { GatewayParts } from '../ports.ts';
import type { SecurityLog } from '../security-log.ts';
import { compressAnswers } from './compression.ts';
import { keepDocuments } from './documents.ts';
import { servePage } from './page.ts';
import { createRouter, refuse, routeOf } from './route.ts';
import { defineRoutes } from './routes.ts';
import { Health, NAMED, Readiness } from './schemas.ts';

export interface HttpOptions {
  readonly parts: GatewayParts;
  readonly limits: RateLimits;
  readonly load: Load;
  readonly addresses: ClientAddresses;
  readonly security: SecurityLog;
  readonly log: Log;
  readonly faults: Faults;
  /** The built page; it may be missing. */
  readonly webRoot: string;
  /** Of which pages may load pictures. */
  readonly pictureHosts: readonly string[];
  /** Why no further request is carried out; undefined while all is well. */
  readonly refusal: () => { ok: false; error: ErrorBody } | undefined;
  /** Sentences on why this server does not serve; empty where it does. */
  readonly notReady: () => string[];
}

export async function createHttp(options: HttpOptions): Promise<FastifyInstance> {
  const { parts, limits, load, addresses, log, faults, security } = options;
  const app = fastify({
    bodyLimit: FRAME_BYTES_MAX,
    // A connection that says nothing, or never finishes what it says, is dropped in time.
    requestTimeout: HANDSHAKE_DEADLINE_MS,
    http: { headersTimeout: HANDSHAKE_DEADLINE_MS, connectionsCheckingInterval: LATE_LOOK_EVERY_MS },
    forceCloseConnections: 'idle',
    // A draining server says so in the protocol's own words.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error, _request, reply) => {
      refuse(
        reply as unknown as FastifyReply,
        errorBody('invalid_request', `${error.message}; send another path`),
      );
    },
  });
  const closeUnbegun = understandProxyProtocol(app.server, addresses, log);
  app.addHook('preClose', async () => closeUnbegun());
  app.setValidatorCompiler(validatorCompiler);
  // What leaves was typed on its way here; its schema is for the documentation.
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  app.setErrorHandler((error: FastifyError, request, reply) => {
    // What serves files says so of a path that no file can have, with U+0000 in it, say.
    if (error.statusCode === 403) return reply.callNotFound();
    const body = errorOf(faults, error, request);
    const subjectId = request.caller?.subject?.id;
    security.refused({ by: 'http', route: routeOf(request), subjectId, code: body.code });
    return refuse(reply, body);
  });
  acceptJsonAlone(app);

  countAnswers(app, limits, addresses);
  compressAnswers(app);
  await app.register(helmet, { contentSecurityPolicy: { directives: contentSecurity(options) } });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Nightlatch',
        version: '1.0.0',
        description: 'Hold, confirm and release nights of apartments. The same commands go over Socket.IO.',
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    },
    transform: createJsonSchemaTransform({ schemaRegistry: NAMED }),
    transformObject: createJsonSchemaTransformObject({ schemaRegistry: NAMED }),
  });
  await app.register(async (documents) => {
    keepDocuments(documents);
    documents.get('/v1/openapi.json', { schema: { hide: true }, handler: () => app.swagger() });
    await documents.register(swaggerUi, { routePrefix: '/docs' });
  });

  const nowMs = () => parts.operations.nowMs();
  defineRoutes(
    createRouter({ app, ...options }),
    { ...parts, limits, security },
    { nowMs, log, faults, load },
  );
  operations(app, options);
  await servePage(app, options.webRoot, parts.listings);
  await app.ready();
  return app;
}

/** A long answer costs its address as much as several requests: it was let in for one. */
function countAnswers(app: FastifyInstance, limits: RateLimits, addresses: ClientAddresses): void {
  app.addHook('onSend', async (request, _reply, payload) => {
    const bytes = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload.length : 0;
    if (bytes > ANSWER_BYTES_PER_COMMAND)
      limits.ofAddress(addresses.of(request.raw))?.owe(bytes / ANSWER_BYTES_PER_COMMAND);
    return payload;
  });
}

function operations(app: FastifyInstance, { notReady }: HttpOptions): void {
  const tags = ['operations'];
  app.get('/healthz', {
    schema: { summary: 'This process answers', tags, response: { 200: Health } },
    handler: () => ({ ok: true }),
  });
  app.get('/readyz', {
    schema: { summary: 'It can serve', tags, response: { 200: Readiness, 503: Readiness } },
    handler: (_request, reply) => {
      const reasons = notReady();
      return reply.code(reasons.length === 0 ? 200 : 503).send({ ready: reasons.length === 0, reasons });
    },
  });
}

function errorOf(faults: Faults, error: FastifyError, request: FastifyRequest): ErrorBody {
  if (hasZodFastifySchemaValidationErrors(error)) {
    const fields = error.validation.slice(0, 20).map((issue) => ({
      path: issue.instancePath.slice(1).replaceAll('/', '.') || '(payload)',
      message: issue.message ?? 'does not fit',
    }));
    const [first] = fields;
    return errorBody('invalid_request', `${first?.path}: ${first?.message}`, { fields });
  }
  const { statusCode } = error;
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return errorBody('invalid_request', `${error.message}; send JSON of at most ${FRAME_BYTES_MAX} bytes`);
  }
  return faults.answer(routeOf(request), undefined, error).error;
}

/**
 * No other type: text/plain is what any page may send without being asked for leave. Clients that set the content type
 * on every request send it with an empty body too.
 */
function acceptJsonAlone(app: FastifyInstance): void {
  app.removeContentTypeParser('text/plain');
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parse(request, body as string, done);
  });
}

const contentSecurity = ({ pictureHosts }: Pick<HttpOptions, 'pictureHosts'>) => ({
  defaultSrc: ["'self'"],
  baseUri: ["'none'"],
  connectSrc: ["'self'", ownWebSocket],
  fontSrc: ["'self'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
  imgSrc: ["'self'", 'data:', ...pictureHosts.map((host) => `https://${host}`)],
  objectSrc: ["'none'"],
  scriptSrc: ["'self'"],
  scriptSrcAttr: ["'none'"],
  styleSrc: ["'self'"],
  // The demo is plain HTTP on a loopback address.
  upgradeInsecureRequests: null,
});

/** Not every browser takes 'self' for ws: and wss: too. */
function ownWebSocket(request: { headers: { host?: string | undefined } }): string {
  const { host } = request.headers;
  return host !== undefined && /^[\w.-]+(:\d+)?$/.test(host) ? `ws://${host} wss://${host}` : "'self'";
}
