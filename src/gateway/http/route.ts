/**
 * One wrapper around every route: who may, how often, what fits, and one way in which an outcome becomes a
 * response. A route's handler gets typed input and gives an outcome; it never touches the response.
 */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { ERRORS, type ErrorBody, type ErrorCode, errorBody, type Outcome } from '../../protocol/errors.ts';
import { ACCESS_TOKEN_LENGTH_MAX } from '../../protocol/limits.ts';
import type { ClientAddresses } from '../addresses/client-address.ts';
import { type Access, BAD_TOKEN, type Caller, callerOf, NOBODY, refusalFor } from '../caller.ts';
import type { Faults } from '../faults.ts';
import type { RateLimits } from '../limits/rate-limits.ts';
import type { GatewayParts } from '../ports.ts';
import { attemptOf, type SecurityLog } from '../security-log.ts';
import { deviceCookie, deviceTokens } from './device-cookie.ts';
import { checkParameters, type Query } from './parameters.ts';
import { Failure, IntentHeaders, RevisedHeaders } from './schemas.ts';

export interface Takes {
  readonly params?: z.ZodType;
  readonly querystring?: z.ZodObject;
  readonly body?: z.ZodType;
}
type Read<T extends Takes, Key extends keyof Takes> = T[Key] extends z.ZodType ? z.output<T[Key]> : undefined;

export interface Call<T extends Takes = Takes> {
  readonly caller: Caller;
  readonly address: string;
  /** By which the client's device is known, if it is one. */
  readonly deviceTokens: readonly string[];
  /** Has the client keep these in place of those, the latest first. */
  keepDevices(tokens: readonly string[]): void;
  /** The client's Idempotency-Key, or one made for this request. */
  readonly requestId: string;
  /** The revision in `If-Match`; undefined where there is none, or any will do. */
  readonly revision: string | undefined;
  readonly params: Read<T, 'params'>;
  readonly query: Read<T, 'querystring'>;
  readonly body: Read<T, 'body'>;
}

export interface Definition<T extends Takes> {
  readonly access: Access;
  /** One sentence for the documentation. */
  readonly does: string;
  readonly takes?: T;
  readonly status?: 200 | 201;
  readonly answers: z.ZodType;
  /** Reads `Idempotency-Key`. */
  readonly intent?: true;
  /** Reads `If-Match`. */
  readonly revised?: true;
  /** A token that is not good (any more) is as none: it is no reason to refuse whoever shows who they are otherwise. */
  readonly forgives?: true;
  /** Version of what is answered: becomes the ETag, and 304 where the client has it. */
  readonly etag?: (answer: never) => number | string;
  run(call: Call<T>): Promise<Outcome<unknown>> | Outcome<unknown>;
}

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface RouterOptions {
  readonly app: FastifyInstance;
  readonly parts: GatewayParts;
  readonly limits: RateLimits;
  readonly addresses: ClientAddresses;
  readonly security: SecurityLog;
  readonly faults: Faults;
  readonly refusal: () => { ok: false; error: ErrorBody } | undefined;
}

export type Router = <T extends Takes>(method: Method, path: string, definition: Definition<T>) => void;

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller;
  }
}

export function createRouter({
  app,
  parts,
  limits,
  addresses,
  security,
  faults,
  refusal,
}: RouterOptions): Router {
  app.decorateRequest('caller', null as unknown as Caller);

  return (method, path, definition) => {
    const { access, does, takes = {}, status = 200, answers, intent, revised, forgives, etag } = definition;
    const parameters = Object.keys((takes as Takes).querystring?.shape ?? {});
    app.route({
      method,
      // Fastify writes :id where the protocol (and OpenAPI) writes {id}.
      url: path.replace(/\{(\w+)\}/g, ':$1'),
      schema: {
        summary: does,
        tags: [tagOf(path)],
        ...(access === 'anyone'
          ? forgives && { security: [{}, { bearer: [] }] }
          : { security: [{ bearer: [] }] }),
        ...takes,
        ...(intent === undefined ? {} : { headers: revised ? RevisedHeaders : IntentHeaders }),
        response: { [status]: answers, '4xx': Failure, '5xx': Failure },
      },
      // Before anything else is read: who is not allowed learns nothing about what would have fitted.
      async onRequest(request, reply) {
        const refusal = await admit(request, access, forgives);
        if (refusal !== undefined) return refuse(reply, refusal);
      },
      async preValidation(request, reply) {
        const refusal = checkParameters(request.query as Query, parameters);
        if (refusal !== undefined) return refuse(reply, refusal);
      },
      async handler(request, reply) {
        const key = request.headers['idempotency-key'] as string | undefined;
        // A UUID is the same in either case (RFC 9562, section 4).
        const requestId = key?.toLowerCase() ?? randomUUID();
        let outcome: Outcome<unknown>;
        try {
          outcome = await definition.run({
            caller: request.caller,
            address: addresses.of(request.raw),
            deviceTokens: deviceTokens(request.raw),
            keepDevices: (tokens: readonly string[]) =>
              reply.header('set-cookie', deviceCookie(request.raw, tokens)),
            requestId,
            revision: revisionIn(request.headers['if-match']),
            params: request.params,
            query: request.query,
            body: request.body,
          } as unknown as Call<never>);
        } catch (error) {
          outcome = faults.answer(`${method} ${path}`, { requestId }, error);
        }
        if (!outcome.ok) {
          const code = attemptOf(outcome.error);
          // Who counts or knows passwords and tokens has told of it; an apartment has not.
          if (intent || code === 'forbidden' || code === 'invalid_request') tellRefused(request, code);
          return refuse(reply, outcome.error);
        }
        reply.header('cache-control', 'no-store');
        if (etag !== undefined) {
          const tag = `"${etag(outcome.data as never)}"`;
          const kept = access === 'anyone' ? 'no-cache' : 'private, no-cache';
          reply.header('etag', tag).header('cache-control', kept);
          const isKnown = method === 'GET' && matches(request.headers['if-none-match'], tag);
          if (isKnown) return reply.code(304).send();
        }
        return reply.code(status).send(outcome.data);
      },
    });
  };

  async function admit(
    request: FastifyRequest,
    access: Access,
    forgives: true | undefined,
  ): Promise<ErrorBody | undefined> {
    const leaving = refusal();
    if (leaving !== undefined) return leaving.error;
    const shown = await callerFrom(request.headers.authorization);
    if (shown === undefined) {
      security.tell({ event: 'token.refused', by: 'http' });
      if (forgives === undefined) return BAD_TOKEN;
    }
    const caller = shown ?? NOBODY;
    request.caller = caller;
    const own = caller.subject === undefined ? undefined : limits.ofSubject(caller.subject.id);
    if (own?.take() === false) {
      security.tell({ event: 'limit.reached', limit: 'commands' });
      return tooMany(own.retryAfterMs());
    }
    const refused = refusalFor(caller, access, parts.operations.nowMs());
    if (refused === undefined) return undefined;
    // Who sends no token is no attempt on one, but asks for what is not theirs.
    const isNobody = caller.subject === undefined;
    tellRefused(request, isNobody ? 'forbidden' : refused.code);
    return refused;
  }

  function tellRefused(request: FastifyRequest, code: ErrorCode): void {
    const { caller } = request;
    security.refused({ by: 'http', route: routeOf(request), subjectId: caller.subject?.id, code });
  }

  /** Undefined where a token is there and is not good. */
  async function callerFrom(authorization: string | undefined): Promise<Caller | undefined> {
    if (authorization === undefined) return NOBODY;
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    if (token === undefined || token.length > ACCESS_TOKEN_LENGTH_MAX) return undefined;
    const verified = await parts.accounts.verify(token);
    return verified === undefined ? undefined : callerOf(verified);
  }
}

/** As this program names it. */
export function routeOf({ method, routeOptions }: FastifyRequest): string {
  return `${method} ${routeOptions.url ?? '(no route)'}`;
}

export function tooMany(retryAfterMs: number): ErrorBody {
  return errorBody('rate_limited', `too many requests; wait ${retryAfterMs} ms`, { retryAfterMs });
}

/** The one place where an error of a route becomes a response. */
export function refuse(reply: FastifyReply, error: ErrorBody): FastifyReply {
  if (error.retryAfterMs !== undefined) {
    // In whole seconds (RFC 9110, section 10.2.3).
    reply.header('retry-after', Math.max(1, Math.ceil(error.retryAfterMs / 1_000)));
  }
  reply.header('cache-control', 'no-store');
  if (error.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer');
  return reply.code(ERRORS[error.code].http).send({ error });
}

/** `If-None-Match` compares weakly (RFC 9110, section 13.1.2). */
export function matches(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((candidate) => {
    const known = candidate.trim();
    return known === '*' || known === tag || known === `W/${tag}`;
  });
}

/** One entity tag, as the answers before had it (RFC 9110, section 13.1.1). */
function revisionIn(header: string | undefined): string | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  return header.trim().replace(/^"(.*)"$/, '$1');
}

function tagOf(path: string): string {
  return /^\/v1\/(\w+)/.exec(path)?.[1] ?? 'operations';
}
