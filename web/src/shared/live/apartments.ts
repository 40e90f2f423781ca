/** Details of apartments, asked for once each and kept while the page lives. */
import { startTransition, useEffect, useState } from 'react';
import type { Apartment } from '../../../../src/client/index.ts';
import type { Outcome } from '../../../../src/protocol/errors.ts';
import { client } from './client.ts';

const KEPT_MAX = 200;
const kept = new Map<string, Promise<Outcome<Apartment>>>();

function apartment(apartmentId: string): Promise<Outcome<Apartment>> {
  const known = kept.get(apartmentId);
  if (known !== undefined) return known;
  const asked = client.apartment(apartmentId);
  kept.set(apartmentId, asked);
  if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value as string);
  // A refusal is not kept: the next one to ask tries again.
  void asked.then(({ ok }) => {
    if (!ok) kept.delete(apartmentId);
  });
  return asked;
}

/** @param attempt another number asks again after a refusal */
export function useApartment(apartmentId: string, attempt = 0): Outcome<Apartment> | undefined {
  const [outcome, setOutcome] = useState<{ of: string; outcome: Outcome<Apartment> }>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is a reason to ask again.
  useEffect(() => {
    let gone = false;
    void apartment(apartmentId).then((answer) => {
      // In short steps: what shows an apartment is much to draw at once.
      if (!gone) startTransition(() => setOutcome({ of: apartmentId, outcome: answer }));
    });
    return () => {
      gone = true;
    };
  }, [apartmentId, attempt]);
  return outcome?.of === apartmentId ? outcome.outcome : undefined;
}
