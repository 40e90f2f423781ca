import fc from 'fast-check';
import { METHODS, NIGHTS, type Step } from './run.ts';

const nth = fc.nat(3);
const stay = { apartment: fc.nat(2), from: fc.nat(NIGHTS - 1), nights: fc.integer({ min: 1, max: 4 }) };
const is = <const Name extends string>(name: Name) => fc.constant(name);

/** One in six is never answered. */
const WAYS_TO_LOSE = [...Array<'nothing'>(10).fill('nothing'), 'question', 'answer'] as const;

const what = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: is('hold'), ...stay }) },
  { weight: 2, arbitrary: fc.record({ do: is('extend'), nth }) },
  { weight: 3, arbitrary: fc.record({ do: is('release'), nth }) },
  { weight: 6, arbitrary: fc.record({ do: is('confirm'), nth, method: fc.constantFrom(...METHODS) }) },
  { weight: 2, arbitrary: fc.record({ do: is('cancel'), nth }) },
  { weight: 1, arbitrary: fc.record({ do: is('block'), ...stay }) },
  { weight: 1, arbitrary: fc.record({ do: is('unblock'), nth }) },
  { weight: 3, arbitrary: fc.record({ do: is('read'), apartment: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.record({ do: is('mine') }) },
  { weight: 4, arbitrary: fc.record({ do: is('again') }) },
  { weight: 2, arbitrary: fc.record({ do: is('wait'), ms: fc.constantFrom(1_000, 60_000, 300_000) }) },
  { weight: 1, arbitrary: fc.record({ do: is('crash'), downMs: fc.constantFrom(50, 3_000) }) },
  { weight: 1, arbitrary: fc.record({ do: is('fail'), fault: fc.constantFrom('unknown', 'lost') }) },
);

/** What happens to a cluster and its clients: small domains, so that things meet. */
export const plan: fc.Arbitrary<Step[]> = fc.array(
  fc
    .tuple(
      what,
      fc.record({
        client: fc.nat(3),
        pauseMs: fc.constantFrom(0, 0, 1, 3, 200),
        lose: fc.constantFrom(...WAYS_TO_LOSE),
      }),
    )
    .map(([step, how]) => ({ ...step, ...how }) as Step),
  { minLength: 30, maxLength: 120, size: 'max' },
);
