/** Who has a night, since when and until when: beside what the mouse or the cursor is at. */
import { useCallback, useRef, useSyncExternalStore } from 'react';
import { Tooltip, TooltipTriggerStateContext } from 'react-aria-components';
import { dateOf } from '../../../src/protocol/nights.ts';
import { minutesText, momentText, stayText, timeText } from '../format.ts';
import { useSecondsLeft } from '../shared/live/client.ts';
import { t } from '../texts/index.ts';
import { isolated } from '../texts/isolated.ts';
import { type Bar, barAt } from './bars.ts';
import type { ChartStore } from './chart-store.ts';
import { type ClaimsBook, useClaims } from './claims.ts';
import type { Pointed } from './grid.tsx';
import { takenBy } from './marks.ts';
import type { Claim } from './ports.ts';

export function Details({
  id,
  store,
  book,
  pointed,
}: {
  /** Of the element that describes the cursor. */
  id: string;
  store: ChartStore;
  book: ClaimsBook;
  pointed: Pointed | undefined;
}) {
  const trigger = useRef<Element>(null);
  trigger.current = pointed?.element ?? null;
  const row = useSyncExternalStore(
    useCallback(
      (listener) => (pointed === undefined ? () => {} : store.onRow(pointed.id, listener)),
      [store, pointed],
    ),
    () => (pointed === undefined ? undefined : store.row(pointed.id)),
  );
  const bar = row && pointed && barAt(row.bars, pointed.night);
  if (row === undefined || pointed === undefined || bar === undefined) return null;
  return (
    <TooltipTriggerStateContext value={OPEN}>
      <Tooltip
        // Placed anew for each thing that it is about.
        key={`${pointed.id} ${bar.from} ${pointed.element.className}`}
        className="chart-details"
        triggerRef={trigger}
        placement="bottom start"
        offset={6}
      >
        <div id={id}>
          <strong>
            <bdi>{row.apartment.name}</bdi>
          </strong>
          <Facts
            book={book}
            apartmentId={pointed.id}
            version={row.calendar?.version}
            bar={bar}
            night={pointed.night}
            told={takenBy(row.recent, pointed.night)}
          />
        </div>
      </Tooltip>
    </TooltipTriggerStateContext>
  );
}

/** It is there while something is pointed at: the grid decides, not a trigger of its own. */
const OPEN = { isOpen: true, shouldSkipAnimation: true, open() {}, close() {} };

/** What is known of one night's bar: at once what the calendar and the live changes tell, the rest when it is answered. */
function Facts({
  book,
  apartmentId,
  version,
  bar,
  night,
  told,
}: {
  book: ClaimsBook;
  apartmentId: string;
  version: number | undefined;
  bar: Bar;
  night: number;
  told: { at: string; guestId: string | undefined } | undefined;
}) {
  const { claims, error } = useClaims(book, apartmentId, version);
  const date = dateOf(night);
  const claim = claims?.find(({ from, to }) => from <= date && date < to);
  const known = claim ?? { guestId: told?.guestId, since: told?.at, until: bar.heldUntil };
  return (
    <ClaimFacts
      status={bar.status}
      stay={claim === undefined ? stayText(dateOf(bar.from), dateOf(bar.to)) : stayText(claim.from, claim.to)}
      claim={{ ...known, until: known.until ?? bar.heldUntil }}
      asking={claims === undefined && error === undefined}
    />
  );
}

/** As much of a claim as is known. */
type KnownOfClaim = { readonly [Name in keyof Claim]?: Claim[Name] | undefined };

export function ClaimFacts({
  status,
  stay,
  claim,
  asking,
}: {
  status: Bar['status'];
  stay: string;
  claim: KnownOfClaim;
  asking: boolean;
}) {
  const says = t.chart;
  const secondsLeft = useSecondsLeft(status === 'held' ? claim.until : undefined);
  return (
    <>
      <p className="chart-what">
        <span className="swatch" data-state={status} aria-hidden="true" /> {t.common.status[status]}, {stay}
      </p>
      <dl>
        {status === 'blocked' ? (
          <Fact
            name={says.why}
            value={(claim.reason && isolated(claim.reason)) ?? (asking ? says.asking : says.noReason)}
          />
        ) : (
          <Fact name={says.who} value={whoOf(claim) ?? (asking ? says.asking : says.unknown)} />
        )}
        <Fact
          name={says.since}
          value={claim.since === undefined ? (asking ? says.asking : says.unknown) : momentText(claim.since)}
        />
        {claim.until !== undefined && (
          <Fact
            name={says.deadline}
            value={
              secondsLeft === undefined
                ? timeText(claim.until)
                : `${timeText(claim.until)} · ${says.left(minutesText(Math.max(0, secondsLeft)))}`
            }
          />
        )}
      </dl>
    </>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function whoOf({ guestName, guestId }: KnownOfClaim): string | undefined {
  return (
    (guestName && isolated(guestName)) ??
    (guestId === undefined ? undefined : t.chart.guest(guestId.slice(-6)))
  );
}
