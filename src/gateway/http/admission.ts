/**
 * Before anything looks at a request, whoever would answer it (a route, a page, a document, Engine.IO, nobody): whether
 * its address has room, and whether a page of somebody else's sends it. What is refused costs as little as can be.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { ERRORS, type ErrorBody, errorBody } from '../../protocol/errors.ts';
import type { ClientAddresses } from '../addresses/client-address.ts';
import { interpose } from '../connections/interpose.ts';
import type { RateLimits } from '../limits/rate-limits.ts';
import type { Origins } from '../origins.ts';
import type { SecurityLog } from '../security-log.ts';
import { tooMany } from './route.ts';

/** They change nothing (RFC 9110, section 9.2.1). */
const SAFE = ['GET', 'HEAD', 'OPTIONS'];
/** What tells an orchestrator that this server lives has room of its own, whatever else its address asks. */
const PROBES = /^\/(healthz|readyz)$/;

export interface Admission {
  readonly limits: RateLimits;
  readonly addresses: ClientAddresses;
  readonly origins: Origins;
  readonly security: SecurityLog;
}

export function admitRequests(server: Server, { limits, addresses, origins, security }: Admission): void {
  interpose(server, 'request', (request: IncomingMessage, response: ServerResponse) => {
    const address = addresses.of(request);
    const budget = PROBES.test(request.url ?? '') ? limits.ofProbe(address) : limits.ofAddress(address);
    if (budget?.take() === false) {
      security.tell({ event: 'limit.reached', limit: 'requests' });
      // New connections are fewer than requests: who goes on asking has to make one.
      refuseEarly(response, tooMany(budget.retryAfterMs()), { connection: 'close' });
      return false;
    }
    if (SAFE.includes(request.method ?? '') || origins.allows(request.headers)) return true;
    refuseEarly(response, FOREIGN_PAGE);
    return false;
  });
}

const FOREIGN_PAGE = errorBody(
  'forbidden',
  'pages of this origin may not change anything here; ask the operator to add it to NIGHTLATCH_ORIGINS',
);

function refuseEarly(response: ServerResponse, error: ErrorBody, headers: Record<string, string> = {}): void {
  const { retryAfterMs } = error;
  response.writeHead(ERRORS[error.code].http, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(retryAfterMs !== undefined && { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) }),
    ...headers,
  });
  response.end(JSON.stringify({ error }));
}
