/** Nights are chosen and closed, with a reason. What is taken already is marked in the calendar that opens. */
import { type FormEvent, useState } from 'react';
import { Button, Form, Input, Label, Text, TextField } from 'react-aria-components';
import type { ManagedApartment } from '../../../../src/client/index.ts';
import { calendarModel } from '../../../../src/client/index.ts';
import type { ErrorBody } from '../../../../src/protocol/errors.ts';
import { WINDOW_NIGHTS_MAX } from '../../../../src/protocol/limits.ts';
import { dateOf, nightOf } from '../../../../src/protocol/nights.ts';
import type { Block } from '../../../../src/protocol/resources.ts';
import { nightsText, plusDays } from '../../format.ts';
import { useCalendar } from '../../shared/live/calendars.ts';
import { client, useOffline } from '../../shared/live/client.ts';
import { Refusal } from '../../shared/refusal.tsx';
import type { DatePair } from '../../shared/widgets/date-range.tsx';
import { t } from '../../texts/index.ts';
import { RangeInput } from '../fields/range-input.tsx';

const REASON_LENGTH_MAX = 200;

export function CloseNights({
  apartment,
  today,
  onClosed,
}: {
  apartment: ManagedApartment;
  today: number;
  onClosed: (block: Block) => void;
}) {
  const offline = useOffline();
  const [nights, setNights] = useState<DatePair>();
  const [reason, setReason] = useState('');
  const [error, setError] = useState<ErrorBody>();
  const [busy, setBusy] = useState(false);
  const last = today + Math.min(apartment.terms.horizonNights, WINDOW_NIGHTS_MAX - 1);
  const { calendar } = useCalendar(apartment.id, dateOf(today), dateOf(last));
  const says = t.hosting.calendar;

  const close = async (event: FormEvent) => {
    event.preventDefault();
    if (nights === undefined) return;
    setBusy(true);
    setError(undefined);
    const outcome = await client.management.block({
      apartmentId: apartment.id,
      from: nights.start,
      to: plusDays(nights.end, 1),
      ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
    });
    setBusy(false);
    if (!outcome.ok) return setError(outcome.error);
    setNights(undefined);
    setReason('');
    onClosed(outcome.data.block);
  };

  return (
    <Form className="panel close-nights" onSubmit={(event) => void close(event)}>
      <h2>{says.close}</h2>
      <p className="help">{says.closeHelp}</p>
      {error !== undefined && <Refusal error={error} />}
      <div className="pair">
        <RangeInput
          label={says.nights}
          help={says.legend}
          value={nights}
          min={dateOf(today)}
          max={dateOf(last)}
          onChange={setNights}
          markOf={(date) => {
            const night = calendar && calendarModel.nightAt(calendar, nightOf(date));
            return night && { state: night.status, letter: says.marks[night.status] };
          }}
        />
        <TextField className="form-field" value={reason} onChange={setReason} maxLength={REASON_LENGTH_MAX}>
          <Label>
            {says.reason}
            <span className="optional"> · {t.hosting.form.optional}</span>
          </Label>
          <Input autoComplete="off" />
          <Text slot="description" className="help">
            {says.reasonHelp}
          </Text>
        </TextField>
      </div>
      <Button type="submit" className="primary" isDisabled={nights === undefined || busy || offline}>
        {nights === undefined
          ? says.chooseFirst
          : says.closeButton(nightsText(nightOf(nights.end) - nightOf(nights.start) + 1))}
      </Button>
    </Form>
  );
}
