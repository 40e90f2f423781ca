/** What every resource is handed, and what their functions have in common. */
import { type Outcome, refuse } from '../../protocol/errors.ts';
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

export async function listedApartment({ listings }: GatewayParts, id: string): Promise<Outcome<Apartment>> {
  const found = await listings.get(id);
  return found === undefined
    ? refuse('not_found', `there is no apartment ${id}; look it up with GET /v1/apartments`)
    : ok(found);
}
