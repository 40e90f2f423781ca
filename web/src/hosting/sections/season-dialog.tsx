/** One season, new or changed. It goes into the draft, not to the server. */
import { useState } from 'react';
import { Button, FieldError, Form, Input, Label, TextField } from 'react-aria-components';
import type { Season } from '../../../../src/protocol/terms.ts';
import { plusDays } from '../../format.ts';
import type { DatePair } from '../../shared/widgets/date-range.tsx';
import { ModalDialog } from '../../shared/widgets/modal-dialog.tsx';
import { t } from '../../texts/index.ts';
import { useForm } from '../draft/form.ts';
import { AmountInput, NumberInput } from '../fields/numbers.tsx';
import { RangeInput } from '../fields/range-input.tsx';
import { WeekdaysInput } from '../fields/weekdays.tsx';

const SEASON_NAME_LENGTH_MAX = 80;
const WHOLE: Intl.NumberFormatOptions = { maximumFractionDigits: 0 };

export function SeasonDialog({
  season,
  onDone,
  onClose,
}: {
  season: Season | undefined;
  onDone: (season: Season) => void;
  onClose: () => void;
}) {
  const { currency } = useForm().draft.terms;
  const says = t.hosting.seasons;
  const [name, setName] = useState(season?.name ?? '');
  const [nights, setNights] = useState<DatePair | undefined>(
    season === undefined ? undefined : { start: season.from, end: plusDays(season.to, -1) },
  );
  const [nightlyMinor, setNightly] = useState(season?.nightlyMinor);
  const [weekendMinor, setWeekend] = useState(season?.weekendMinor);
  const [minNights, setMin] = useState(season?.minNights);
  const [maxNights, setMax] = useState(season?.maxNights);
  const [arrivalDays, setArrival] = useState(season?.arrivalDays);
  const [departureDays, setDeparture] = useState(season?.departureDays);
  const [tried, setTried] = useState(false);

  const wrongName = tried && name.trim() === '';
  const own = { nightlyMinor, weekendMinor, minNights, maxNights, arrivalDays, departureDays };
  const said = Object.entries(own).filter(([, value]) => value !== undefined);
  const isIdle = said.length === 0;

  const done = () => {
    setTried(true);
    if (name.trim() === '' || nights === undefined || isIdle) return;
    onDone({
      name: name.trim(),
      from: nights.start,
      to: plusDays(nights.end, 1),
      ...Object.fromEntries(said),
    });
  };

  return (
    <ModalDialog title={season === undefined ? says.newTitle : says.editTitle} isWide onClose={onClose}>
      <Form
        className="season-form"
        onSubmit={(event) => {
          event.preventDefault();
          done();
        }}
      >
        <TextField
          className="form-field"
          value={name}
          onChange={setName}
          maxLength={SEASON_NAME_LENGTH_MAX}
          isInvalid={wrongName}
          validationBehavior="aria"
          autoFocus
        >
          <Label>{says.name}</Label>
          <Input autoComplete="off" />
          <FieldError className="wrong">{says.needName}</FieldError>
        </TextField>
        <RangeInput
          label={says.dates}
          help={says.datesHelp}
          value={nights}
          onChange={setNights}
          wrong={tried && nights === undefined ? [says.needDates] : []}
        />
        <div className="pair">
          <AmountInput
            currency={currency}
            label={says.price}
            help={says.priceHelp}
            isOptional
            value={nightlyMinor}
            onChange={setNightly}
            wrong={tried && isIdle ? [says.needOne] : []}
          />
          <AmountInput
            currency={currency}
            label={says.weekendPrice}
            help={says.weekendHelp}
            isOptional
            value={weekendMinor}
            onChange={setWeekend}
          />
        </div>
        <div className="pair">
          <NumberInput
            label={says.minNights}
            isOptional
            min={1}
            format={WHOLE}
            value={minNights}
            onChange={setMin}
          />
          <NumberInput
            label={says.maxNights}
            isOptional
            min={1}
            format={WHOLE}
            value={maxNights}
            onChange={setMax}
          />
        </div>
        <p className="help">{says.nightsHelp}</p>
        <WeekdaysInput
          label={t.hosting.fields['terms.arrivalDays'].label}
          help={says.arrivalHelp}
          isOptional
          value={arrivalDays ?? []}
          onChange={(days) => setArrival(days.length === 0 ? undefined : days)}
        />
        <WeekdaysInput
          label={t.hosting.fields['terms.departureDays'].label}
          help={says.departureHelp}
          isOptional
          value={departureDays ?? []}
          onChange={(days) => setDeparture(days.length === 0 ? undefined : days)}
        />
        <div className="actions">
          <Button type="submit" className="primary">
            {says.done}
          </Button>
          <Button className="quiet" onPress={onClose}>
            {says.cancel}
          </Button>
        </div>
      </Form>
    </ModalDialog>
  );
}
