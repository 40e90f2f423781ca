/** What the server said no to, why, and the ways on. */
import type { ErrorBody } from '../../../src/protocol/errors.ts';
import type { Rule } from '../../../src/protocol/rules.ts';
import { datesText, timeText } from '../format.ts';
import { t } from '../texts/index.ts';
import { Alternatives } from './alternatives.tsx';

type Conflict = NonNullable<ErrorBody['conflicts']>[number];

export function Refusal({
  error,
  onAlternative,
  busy = false,
}: {
  error: ErrorBody;
  onAlternative?: (stay: { checkIn: string; checkOut: string }) => void;
  busy?: boolean;
}) {
  const { conflicts = [], alternatives = [] } = error;
  const says = t.refusal;
  return (
    <div className="refusal" role="alert" data-code={error.code}>
      <strong>{says.headings[error.code]}</strong>
      <p>{reasonOf(error)}</p>
      {conflicts.length > 0 && (
        <ul className="conflicts">
          {conflicts.map((conflict) => (
            <li key={conflict.from}>{takenText(conflict)}</li>
          ))}
        </ul>
      )}
      {onAlternative !== undefined && (
        <Alternatives stays={alternatives} disabled={busy} onHold={onAlternative} />
      )}
    </div>
  );
}

/** Which nights, what they are, and until when where that is known. */
export function takenText({ from, to, status, heldUntil }: Conflict): string {
  const says = t.refusal;
  return heldUntil === undefined
    ? says.taken(datesText(from, to), t.common.status[status])
    : says.takenUntil(datesText(from, to), timeText(heldUntil));
}

/** What the page says of the rule or the code, else the server's own sentence. */
export function reasonOf({ code, message, fields }: ErrorBody): string {
  const rule = code === 'rule_violation' ? fields?.[0]?.message : undefined;
  return t.refusal.rules[rule as Rule] ?? t.refusal.says[code] ?? sentence(message);
}

/** The protocol's sentences begin in lower case and end without a full stop. */
export function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
