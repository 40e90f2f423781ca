/** Beside the form: what it means for a stay that the host chooses, as saved and as it would be. */
import { useState } from 'react';
import { dateOf, nightOf } from '../../../../src/protocol/nights.ts';
import type { RuleViolation } from '../../../../src/protocol/rules.ts';
import type { Terms } from '../../../../src/protocol/terms.ts';
import { nightsText, plusDays } from '../../format.ts';
import { sentence } from '../../shared/refusal.tsx';
import { t } from '../../texts/index.ts';
import { useForm } from '../draft/form.ts';
import { NumberInput } from '../fields/numbers.tsx';
import { RangeInput } from '../fields/range-input.tsx';
import { AllowedStays } from './allowed-stays.tsx';
import { isComplete, previewOf, type StayPreview } from './preview.ts';
import { PriceComparison } from './price-comparison.tsx';

/** The first sample begins so many days ahead, far enough for most notices. */
const FIRST_SAMPLE_DAYS = 14;

export function PreviewPanel() {
  const { draft, base, today } = useForm();
  const [stay, setStay] = useState(() => sampleStay(base?.terms ?? draft.terms, today));
  const [guests, setGuests] = useState(() => Math.min(2, draft.terms.capacity));
  const says = t.hosting.preview;
  const range = { from: nightOf(stay.start), to: nightOf(stay.end) };
  const party = Number.isFinite(guests) ? guests : 1;
  const before = base === undefined ? undefined : previewOf(base.terms, range, party, today);
  const after = isComplete(draft.terms) ? previewOf(draft.terms, range, party, today) : undefined;
  return (
    <aside className="panel preview" aria-labelledby="preview">
      <h2 id="preview">{says.title}</h2>
      <p className="muted small">{says.intro}</p>
      <RangeInput
        label={says.stay}
        help={nightsText(range.to - range.from)}
        value={stay}
        min={dateOf(today)}
        onChange={(next) => {
          if (next !== undefined)
            setStay(next.start < next.end ? next : { ...next, end: plusDays(next.start, 1) });
        }}
      />
      <NumberInput
        label={t.common.fields.guests}
        value={guests}
        min={1}
        onChange={(next = Number.NaN) => setGuests(next)}
        format={{ maximumFractionDigits: 0 }}
      />
      {after === undefined ? (
        <p role="status">{says.incomplete}</p>
      ) : (
        <>
          <Verdict before={before} after={after} />
          <PriceComparison before={before?.quote} after={after.quote} />
          <AllowedStays before={base?.terms} after={draft.terms} from={range.from} today={today} />
        </>
      )}
    </aside>
  );
}

function Verdict({ before, after }: { before: StayPreview | undefined; after: StayPreview }) {
  const says = t.hosting.preview;
  const was = before === undefined ? undefined : before.violation === undefined;
  const is = after.violation === undefined;
  const verdict =
    was === undefined || was === is
      ? is
        ? says.allowed
        : says.refused
      : is
        ? says.nowAllowed
        : says.nowRefused;
  return (
    <div className="verdict" role="status" data-allowed={is}>
      <strong>{verdict}</strong>
      <p>{after.violation === undefined ? says.taken : ruleText(after.violation)}</p>
    </div>
  );
}

/** The rule's own sentence is English; another language has one a rule. */
const ruleText = ({ rule, why }: RuleViolation): string => t.refusal.rules[rule] ?? sentence(why);

/** The shortest stay that the rules allow from some day on; any two nights where they allow none. */
function sampleStay(terms: Terms, today: number): { start: string; end: string } {
  const first = today + FIRST_SAMPLE_DAYS;
  const lengths = [2, 3, 4, 5, 7, terms.minNights];
  if (isComplete(terms)) {
    for (const nights of lengths) {
      for (let from = first; from < first + 7; from++) {
        const stay = { from, to: from + nights };
        if (previewOf(terms, stay, 1, today).violation === undefined) {
          return { start: dateOf(stay.from), end: dateOf(stay.to) };
        }
      }
    }
  }
  return { start: dateOf(first), end: dateOf(first + 2) };
}
