/** The wish, as fields; on a phone as one line that says it, which opens them. */
import { useId, useRef, useState } from 'react';
import { minorDigits } from '../../../../src/protocol/money.ts';
import { briefDatesText, guestsText, money } from '../../format.ts';
import { usePart } from '../../shared/live/use-part.ts';
import { NotLoaded } from '../../shared/not-loaded.tsx';
import { PHONE } from '../../shared/phone.ts';
import { useMedia } from '../../shared/use-media.ts';
import { t } from '../../texts/index.ts';
import { isolated } from '../../texts/isolated.ts';
import { FIELDS } from './fields-part.ts';
import type { SearchFormProps } from './search-form.tsx';

export function Search(form: SearchFormProps) {
  const isPhone = useMedia(PHONE);
  // Dates that could not be meant are to be chosen anew.
  const [isOpen, setOpen] = useState(form.wanted.checkIn === '');
  const line = useRef<HTMLButtonElement>(null);
  const fieldsId = useId();
  const says = t.find;
  return (
    <search aria-label={says.search}>
      {isPhone && (
        <button
          ref={line}
          type="button"
          className="search-line"
          aria-expanded={isOpen}
          aria-controls={isOpen ? fieldsId : undefined}
          onPointerEnter={() => void FIELDS.preload()}
          onFocus={() => void FIELDS.preload()}
          onClick={() => setOpen(!isOpen)}
        >
          <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
            <circle cx="10.5" cy="10.5" r="6.5" />
            <path d="m15.5 15.5 5 5" />
          </svg>
          <span>{wishText(form.wanted)}</span>
          <span aria-hidden="true">{isOpen ? '▴' : '▾'}</span>
        </button>
      )}
      {(!isPhone || isOpen) && (
        <div id={fieldsId}>
          <Fields {...form} />
          {isPhone && (
            <button
              type="button"
              className="primary search-done"
              onClick={() => {
                setOpen(false);
                line.current?.focus();
              }}
            >
              {says.done}
            </button>
          )}
        </div>
      )}
    </search>
  );
}

function Fields(form: SearchFormProps) {
  const { here, isMissing } = usePart(FIELDS);
  if (here !== undefined) return <here.SearchForm {...form} />;
  return isMissing ? <NotLoaded /> : <p role="status">{t.common.loading}</p>;
}

/** `Lisbon · 5 – 7 Mar · 2 guests` */
function wishText({ city, checkIn, checkOut, guests, max, currency }: SearchFormProps['wanted']): string {
  const says = t.find;
  return [
    city === '' ? says.anywhere : isolated(city),
    checkIn === '' || checkOut === '' ? says.chooseDates : briefDatesText(checkIn, checkOut),
    guestsText(guests),
    ...(max === undefined ? [] : [says.empty.price(money(max * 10 ** minorDigits(currency), currency))]),
  ].join(' · ');
}
