/** "Why was this refused at 14:03:22?": an instant and a stay, and what stood in its way then. */
import { parseAbsoluteToLocal, type ZonedDateTime } from '@internationalized/date';
import { type FormEvent, useState } from 'react';
import { Button, DateField, Label } from 'react-aria-components';
import type { Apartment } from '../../../../src/client/index.ts';
import { type ErrorBody, errorBody } from '../../../../src/protocol/errors.ts';
import { nightOf } from '../../../../src/protocol/nights.ts';
import type { RuleViolation } from '../../../../src/protocol/rules.ts';
import { momentText, numberText, plusDays, stayText, todayIn } from '../../format.ts';
import { Refusal, reasonOf, takenText } from '../../shared/refusal.tsx';
import { type DatePair, DateRange } from '../../shared/widgets/date-range.tsx';
import { Stepper } from '../../shared/widgets/stepper.tsx';
import { TypedDate } from '../../shared/widgets/typed-date.tsx';
import { t } from '../../texts/index.ts';
import { type InTheWay, inTheWay, isClear, type StayAsked } from './in-the-way.ts';
import type { JournalBook } from './journal-book.ts';

interface Answer {
  readonly at: string;
  readonly asked: StayAsked;
  readonly version: number;
  readonly found: InTheWay;
}

export function WhyRefused({
  apartment,
  book,
  at,
  onVersion,
}: {
  apartment: Apartment;
  book: JournalBook;
  /** The instant that the form begins with. */
  at: string;
  onVersion: (version: number) => void;
}) {
  const [instant, setInstant] = useState<ZonedDateTime>(() => parseAbsoluteToLocal(at));
  const [stay, setStay] = useState<DatePair | undefined>(() => {
    const today = todayIn(apartment.terms.timeZone, Date.parse(at));
    return { start: plusDays(today, 1), end: plusDays(today, 1 + apartment.terms.minNights) };
  });
  const [guests, setGuests] = useState(1);
  const [answer, setAnswer] = useState<Answer>();
  const [error, setError] = useState<ErrorBody | 'archived'>();
  const [busy, setBusy] = useState(false);
  const says = t.history.why;

  const isStay = stay !== undefined && stay.start < stay.end;
  const look = async (event: FormEvent) => {
    event.preventDefault();
    if (!isStay) return;
    const asked = { checkIn: stay.start, checkOut: stay.end, guests };
    setBusy(true);
    setError(undefined);
    // To the end of the second that was named: what happened within it has happened.
    const when = instant.set({ millisecond: 999 }).toAbsoluteString();
    const then = await book.asOf(when);
    setBusy(false);
    if (then === 'archived' || 'code' in then) {
      setAnswer(undefined);
      setError(then);
      return;
    }
    const { terms } = apartment;
    const today = nightOf(todayIn(terms.timeZone, Date.parse(when)));
    setAnswer({
      at: when,
      asked,
      version: then.version,
      found: inTheWay(terms, then.calendar, asked, today),
    });
  };

  return (
    <section className="panel why" aria-labelledby="why">
      <h2 id="why">{says.title}</h2>
      <p className="small muted">{says.intro}</p>
      <form onSubmit={(event) => void look(event)}>
        <DateField
          className="field"
          granularity="second"
          hideTimeZone
          hourCycle={24}
          value={instant}
          onChange={(next) => {
            if (next !== null) setInstant(next);
          }}
        >
          <Label>{says.at}</Label>
          <TypedDate className="dates-group" />
        </DateField>
        <DateRange label={says.stay} value={stay} onChange={setStay} />
        <Stepper
          label={t.common.fields.guests}
          value={guests}
          minValue={1}
          onChange={(next) => setGuests(Number.isNaN(next) ? 1 : next)}
        />
        <Button type="submit" className="primary" isDisabled={busy || !isStay}>
          {says.look}
        </Button>
      </form>
      {error === 'archived' && <p role="alert">{says.archived}</p>}
      {error !== undefined && error !== 'archived' && <Refusal error={error} />}
      <div role="status">{answer !== undefined && <Found answer={answer} onVersion={onVersion} />}</div>
    </section>
  );
}

function Found({ answer, onVersion }: { answer: Answer; onVersion: (version: number) => void }) {
  const { at, asked, version, found } = answer;
  const says = t.history.why;
  return (
    <div className="why-answer" data-clear={isClear(found)}>
      <p>
        <strong>{says.answer(stayText(asked.checkIn, asked.checkOut), momentText(at))}</strong>
      </p>
      {isClear(found) ? (
        <p>{says.clear}</p>
      ) : (
        <ul>
          {found.taken.map((range) => (
            <li key={range.from} data-reason={range.status}>
              {takenText(range)}
            </li>
          ))}
          {found.turnover.map((violation) => (
            <li key={violation.why} data-reason="turnover">
              {ruleText(violation)}
            </li>
          ))}
          {found.rule !== undefined && <li data-reason={found.rule.rule}>{ruleText(found.rule)}</li>}
        </ul>
      )}
      <p className="small muted">{says.rulesAreNow}</p>
      {version > 0 && (
        <Button className="quiet small" onPress={() => onVersion(version)}>
          {says.show(numberText(version))}
        </Button>
      )}
    </div>
  );
}

const ruleText = ({ rule, why, path }: RuleViolation): string =>
  reasonOf(errorBody('rule_violation', why, { fields: [{ path, message: rule }] }));
