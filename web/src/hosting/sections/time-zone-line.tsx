/**
 * The time zone of an apartment. A new one's is that of its coordinates, until its host has chosen one; where the two
 * disagree the host is told, as nights, notice and refunds count by it.
 */
import { useEffect, useRef } from 'react';
import { Button } from 'react-aria-components';
import { client } from '../../shared/live/client.ts';
import { t } from '../../texts/index.ts';
import { useForm } from '../draft/form.ts';
import { haveSameClock } from '../fields/same-clock.ts';
import { SearchChoice } from '../fields/search-choice.tsx';
import { useZoneAt } from '../fields/zone-of-place.ts';

export function TimeZoneLine() {
  const { draft, base, isRetired, set } = useForm();
  const { timeZone } = draft.terms;
  const found = useZoneAt(draft.latitude, draft.longitude);
  /** What the form has filled in by itself: anything else was chosen. */
  const own = useRef(timeZone);
  useEffect(() => {
    if (base !== undefined || found === undefined || found === timeZone || timeZone !== own.current) return;
    own.current = found;
    set('terms.timeZone', found);
  }, [base, found, timeZone, set]);
  const isOther = found !== undefined && !isRetired && !haveSameClock(found, timeZone, client.clock.nowMs());
  const says = t.hosting.listing;
  return (
    <>
      <SearchChoice path="terms.timeZone" options={Intl.supportedValuesOf('timeZone')} />
      {isOther && (
        <div className="notice zone" role="status" data-zone={found}>
          <p>{says.otherZone(found, timeZone)}</p>
          <Button className="quiet small" onPress={() => set('terms.timeZone', found)}>
            {says.takeZone(found)}
          </Button>
        </div>
      )}
    </>
  );
}
