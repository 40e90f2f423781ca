/** What every resource is handed, and what their functions have in common. */
import type { Outcome } from '../../protocol/errors.ts';
import type { Subject } from '../../protocol/resources.ts';
import type { Apartment } from '../../protocol/terms.ts';
import type { Caller } from '../caller.ts';
import { managingSubject, subjectOf } from '../commands.ts';
import type { Dispatch } from '../dispatch.ts';
import type { RateLimits } from '../limits/rate-limits.ts';
import type { GatewayParts } from '../ports.ts';
import type { SecurityLog } from '../security-log.ts';

export interface ResourceParts extends GatewayParts {
  readonly limits: RateLimits;
  readonly security: SecurityLog;
  /** Everything that an apartment decides goes through the same dispatch as a socket's command. */
  readonly dispatch: Dispatch<Caller>;
}

export function ok<T>(data: T): Outcome<T> {
  return { ok: true, data };
}

export function intentOf(call: { requestId: string; params: { id: string } }) {
  return { requestId: call.requestId, apartmentId: call.params.id };
}

/** @throws Refusal where the caller may not manage the apartment of the path */
export function managing(
  parts: GatewayParts,
  { caller, params }: { caller: Caller; params: { id: string } },
): Promise<Subject> {
  return managingSubject(parts, subjectOf(caller), params.id);
}

/** Of the path; `not_found` where there is none, or none that the caller may know of. */
export function apartmentOf(
  { listings }: GatewayParts,
  { caller, params: { id } }: { caller: Caller; params: { id: string } },
): Promise<Outcome<Apartment>> {
  return listings.get(caller.subject, id);
}
