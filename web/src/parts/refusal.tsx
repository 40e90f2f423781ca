/** What the server said no to, why, and the ways on. */
import type { ErrorBody } from '../../../src/protocol/errors.ts';
import { shortDate, stayText } from '../format.ts';

const HEADINGS: Partial<Record<ErrorBody['code'], string>> = {
  nights_unavailable: 'Somebody was faster',
  rule_violation: 'This stay does not fit the house rules',
  hold_expired: 'Your hold has ended',
  hold_not_open: 'This hold is not open any more',
  too_many_holds: 'You hold as many stays as you may',
  payment_declined: 'The payment was declined',
  payment_action_required: 'Your bank wants to hear from you first',
  rate_limited: 'A little slower, please',
  unavailable: 'No answer from the server',
  unauthenticated: 'Please sign in again',
};
const TAKEN = { held: 'held', booked: 'booked', blocked: 'closed', free: 'free' } as const;

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
  return (
    <div className="refusal" role="alert" data-code={error.code}>
      <strong>{HEADINGS[error.code] ?? 'That did not work'}</strong>
      <p>{sentence(error.message)}</p>
      {conflicts.length > 0 && (
        <ul className="conflicts">
          {conflicts.map((range) => (
            <li key={range.from}>
              {shortDate(range.from)} to {shortDate(range.to)}: {TAKEN[range.status]}
            </li>
          ))}
        </ul>
      )}
      {alternatives.length > 0 && onAlternative !== undefined && (
        <div className="alternatives">
          <span>Free instead:</span>
          {alternatives.map((stay) => (
            <button
              type="button"
              key={stay.checkIn}
              className="quiet"
              disabled={busy}
              onClick={() => onAlternative(stay)}
            >
              Hold {stayText(stay.checkIn, stay.checkOut)}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

/** The protocol's sentences begin in lower case and end without a full stop. */
function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
