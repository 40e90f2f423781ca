/** From a choice of nights to a hold: the price, or why it cannot be had and what can be had instead. */
import { type Ref, useEffect, useState } from 'react';
import type { Apartment, Quote } from '../../../../src/client/index.ts';
import { dateOf, nightOf } from '../../../../src/protocol/nights.ts';
import { money, nightsText, timeText } from '../../format.ts';
import { Alternatives } from '../../shared/alternatives.tsx';
import { useOffline } from '../../shared/live/client.ts';
import { Refusal } from '../../shared/refusal.tsx';
import { Stepper } from '../../shared/widgets/stepper.tsx';
import { t } from '../../texts/index.ts';
import type { HoldHere } from '../hold/hold-phase.ts';
import type { Placing } from '../hold/placing.ts';
import { obstacleText } from '../stay/obstacle-text.ts';
import type { Obstacle, Openings } from '../stay/openings.ts';
import { PolicyFromNow } from '../stay/policy-text.tsx';
import { QuoteLines } from '../stay/quote-lines.tsx';
import { type Chosen, checkStayOf, waysOut } from '../stay/selection.ts';
import { partyOf, type StayFields } from '../stay/stay-address.ts';
import { PLACES, StayBar } from '../stay/stay-bar.tsx';
import { StayInputs } from '../stay/stay-form.tsx';
import { type WrongDates, wrongDatesText } from '../stay/wrong-dates.ts';
import { priceFrom } from './apartment-facts.tsx';
import { shortestFrom } from './day-text.ts';
import { OpenHolds } from './open-holds.tsx';

export function Chooser({
  apartment,
  openings,
  stay,
  wrong,
  here,
  placing,
  heading,
  onChange,
}: {
  apartment: Apartment;
  openings: Openings;
  stay: StayFields;
  /** What the address says of dates in place of a stay. */
  wrong: WrongDates | undefined;
  /** A hold is shown above: this is for changing it. */
  here: HoldHere | undefined;
  placing: Placing;
  /** Where the focus goes when a hold is let go of. */
  heading: Ref<HTMLHeadingElement>;
  onChange: (stay: StayFields) => void;
}) {
  const says = t.apartment.chooser;
  const offline = useOffline();
  const [isRoomMade, setIsRoomMade] = useState(false);
  const { checkIn, checkOut, guests, children } = stay;
  const range =
    checkIn === '' || checkOut === '' ? undefined : { from: nightOf(checkIn), to: nightOf(checkOut) };
  const check = range === undefined ? undefined : checkStayOf(openings, range, partyOf(stay));
  // An arrival that an address says: none that could be chosen has a reason against it.
  const isBegun = checkIn !== '' && checkOut === '' && openings.stateOf(openings.today) !== 'unknown';
  const hindered = isBegun ? openings.arrivalObstacle(nightOf(checkIn)) : undefined;
  const isShownAbove =
    here !== undefined &&
    here.hold.checkIn === checkIn &&
    here.hold.checkOut === checkOut &&
    here.hold.guests === guests &&
    (check?.ok !== true || cityTaxIn(here.hold.quote) === cityTaxIn(check.quote));
  const { forget } = placing;

  const wanted = `${checkIn} ${checkOut} ${guests} ${children}`;
  const [asked, setAsked] = useState<string>();
  // A refusal is about the stay it was asked for, also where it comes after another one was chosen.
  const error = asked === wanted ? placing.error : undefined;
  /** The choice that could be held when it was last looked at. */
  const [free, setFree] = useState<string>();
  const isFree = check?.ok === true && openings.stateOf(openings.today) !== 'unknown';
  useEffect(() => {
    if (isFree) setFree(wanted);
  }, [isFree, wanted]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: chosen again later, a stay has not been refused yet.
  useEffect(() => {
    forget();
    setIsRoomMade(false);
  }, [wanted]);

  const hold = (other: Chosen) => {
    if (placing.busy) return;
    setIsRoomMade(false);
    setAsked(wanted);
    void placing.place({ ...other, guests });
  };
  const { cancellationPolicy, timeZone, cityTax } = apartment.terms;
  const nights = range === undefined ? '' : nightsText(range.to - range.from);
  const isMove = here !== undefined && here.phase === 'held';
  const isQuiet = here !== undefined;

  return (
    <>
      <section className="panel chooser" id={PLACES.chooser} aria-label={says.label}>
        <h2 ref={heading} tabIndex={-1}>
          {isQuiet ? says.other : says.heading}
        </h2>
        <div className="stay-inputs">
          <StayInputs
            stay={stay}
            today={dateOf(openings.today)}
            guestsMax={apartment.terms.capacity}
            onChange={(next) => onChange({ ...stay, ...next })}
          />
          {cityTax?.adultsOnly === true && (
            <Stepper
              label={says.children}
              name="children"
              fewer={says.fewerChildren}
              more={says.moreChildren}
              value={children}
              minValue={0}
              maxValue={guests - 1}
              onChange={(next) => {
                // Emptied: what stood there stands again.
                if (next >= 0) onChange({ ...stay, children: next });
              }}
            />
          )}
        </div>
        {wrong !== undefined && (
          <p className="reason" role="alert" data-wrong={wrong.is}>
            {wrongDatesText(wrong)}
          </p>
        )}
        {hindered !== undefined && (
          <p className="reason" role="status">
            {obstacleText(hindered, openings)}
          </p>
        )}
        {check === undefined && hindered === undefined && (
          <p className="muted" role="status">
            {checkIn === ''
              ? says.chooseArrival
              : [says.chooseDeparture, ...shortestFrom(openings, checkIn)].join(' ')}
          </p>
        )}
        {check?.ok === true && !isShownAbove && (
          <>
            <QuoteLines quote={check.quote} />
            <p className="muted small">
              <PolicyFromNow policy={cancellationPolicy} checkIn={checkIn} timeZone={timeZone} />
            </p>
          </>
        )}
        {check?.ok === false && !isShownAbove && error === undefined && range !== undefined && (
          <Hindered
            because={check.because}
            isMeanwhile={free === wanted}
            openings={openings}
            nearest={waysOut(openings, range, guests, check.because)}
            disabled={offline || placing.busy}
            onHold={hold}
          />
        )}
        {error !== undefined && <Refusal error={error} busy={placing.busy || offline} onAlternative={hold} />}
        {error?.code === 'too_many_holds' && (
          <OpenHolds
            onReleased={() => {
              forget();
              setIsRoomMade(true);
            }}
          />
        )}
        {isRoomMade && (
          <p className="notice" role="status">
            {t.apartment.openHolds.thenHold}
          </p>
        )}
        {isShownAbove ? (
          <p className="muted small">{says.moveHint}</p>
        ) : (
          <button
            type="button"
            id={PLACES.button}
            className={isQuiet ? 'quiet' : 'primary'}
            disabled={offline || check?.ok !== true}
            aria-disabled={placing.busy}
            aria-describedby={offline ? 'no-hold' : check?.ok === false ? 'reason' : undefined}
            onClick={() => hold(stay)}
          >
            {placing.busy
              ? says.holding
              : range === undefined
                ? says.hold
                : isMove
                  ? says.move(nights)
                  : says.holdNights(nights)}
          </button>
        )}
        {offline && (
          <p className="muted small" id="no-hold">
            {says.offline}
          </p>
        )}
        {!isQuiet && !offline && <p className="muted small">{says.costsNothing}</p>}
      </section>
      {here?.phase === 'held' ? (
        <StayBar place={PLACES.hold}>
          <p>{t.apartment.hold.until(timeText(here.hold.expiresAt))}</p>
          <a className="button primary" href={`#${PLACES.hold}`}>
            {t.stays.book}
          </a>
        </StayBar>
      ) : here === undefined && check?.ok === true ? (
        <StayBar place={PLACES.button}>
          <p>
            <strong>{money(check.quote.totalMinor, check.quote.currency)}</strong> {nights}
          </p>
          <button
            type="button"
            className="primary"
            disabled={offline}
            aria-disabled={placing.busy}
            onClick={() => hold(stay)}
          >
            {placing.busy ? says.holding : says.hold}
          </button>
        </StayBar>
      ) : (
        here === undefined && (
          <WayThere because={check?.ok === false ? check.because : hindered} openings={openings} />
        )
      )}
    </>
  );
}

/** While no stay can be held: to the calendar where none is chosen, to the reason where one is. */
function WayThere({ because, openings }: { because: Obstacle | undefined; openings: Openings }) {
  const says = t.apartment.chooser;
  const { terms, today } = openings;
  const place = because === undefined ? PLACES.nights : PLACES.chooser;
  return (
    <StayBar place={place} key={place}>
      <p>{because === undefined ? priceFrom(terms, dateOf(today)) : obstacleText(because, openings)}</p>
      <a className="button primary" href={`#${place}`}>
        {because === undefined ? says.chooseNights : says.seeInstead}
      </a>
    </StayBar>
  );
}

/** Children change it, and nothing else that a hold shows. */
function cityTaxIn({ lines }: Quote): number | undefined {
  return lines.find(({ kind }) => kind === 'city_tax')?.amountMinor;
}

function Hindered({
  because,
  isMeanwhile,
  openings,
  nearest,
  disabled,
  onHold,
}: {
  because: Obstacle;
  /** It could be held a moment ago: somebody was faster. */
  isMeanwhile: boolean;
  openings: Openings;
  nearest: readonly Chosen[];
  disabled: boolean;
  onHold: (stay: Chosen) => void;
}) {
  const says = t.apartment.chooser;
  return (
    <div className="reason">
      <div role="status" id="reason">
        {isMeanwhile && <strong>{says.takenMeanwhile}</strong>}
        <p>{obstacleText(because, openings)}</p>
      </div>
      <Alternatives stays={nearest} disabled={disabled} onHold={onHold} />
    </div>
  );
}
