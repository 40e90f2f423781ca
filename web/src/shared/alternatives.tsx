/** Stays that are free where the wanted one is not, each held with one click. */
import { stayText } from '../format.ts';
import { t } from '../texts/index.ts';

interface Stay {
  readonly checkIn: string;
  readonly checkOut: string;
}

export function Alternatives<One extends Stay>({
  stays,
  disabled,
  onHold,
}: {
  stays: readonly One[];
  disabled: boolean;
  onHold: (stay: One) => void;
}) {
  if (stays.length === 0) return null;
  return (
    <div className="alternatives">
      <span>{t.refusal.freeInstead}</span>
      {stays.map((stay) => (
        <button
          type="button"
          key={stay.checkIn}
          className="quiet"
          disabled={disabled}
          onClick={() => onHold(stay)}
        >
          {t.refusal.hold(stayText(stay.checkIn, stay.checkOut))}
        </button>
      ))}
    </div>
  );
}
