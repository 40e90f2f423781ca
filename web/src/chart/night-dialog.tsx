/** What can be done with some nights of one apartment: see who has them, close them, open them again. */
import { type FormEvent, useState, useSyncExternalStore } from 'react';
import { Button, Input, Label, Text, TextField } from 'react-aria-components';
import type { ErrorBody } from '../../../src/protocol/errors.ts';
import { dateOf, nightOf } from '../../../src/protocol/nights.ts';
import { datesText, nightsText, stayText } from '../format.ts';
import { Link } from '../router.tsx';
import { useOffline } from '../shared/live/client.ts';
import { Refusal } from '../shared/refusal.tsx';
import { ModalDialog } from '../shared/widgets/modal-dialog.tsx';
import { t } from '../texts/index.ts';
import { type Bar, barsWithin } from './bars.ts';
import type { ChartStore } from './chart-store.ts';
import { type ClaimsBook, useClaims } from './claims.ts';
import { ClaimFacts } from './details.tsx';
import type { Picked } from './grid.tsx';
import type { ChartDesk, Claim } from './ports.ts';

const REASON_MAX = 200;
const STATUS_OF = { hold: 'held', booking: 'booked', block: 'blocked' } as const;

export interface NightDialogProps {
  readonly store: ChartStore;
  readonly book: ClaimsBook;
  readonly desk: ChartDesk;
  readonly picked: Picked;
  readonly historyOf: ((id: string) => string) | undefined;
  readonly onClose: () => void;
}

export function NightDialog(props: NightDialogProps) {
  const { store, picked, historyOf, onClose } = props;
  const row = useSyncExternalStore(
    (listener) => store.onRow(picked.id, listener),
    () => store.row(picked.id),
  );
  const deed = useDeed(onClose);
  if (row === undefined) return null;
  const taken = barsWithin(row.bars, picked.from, picked.to).length > 0;
  return (
    <ModalDialog title={row.apartment.name} isBusy={deed.isBusy} onClose={onClose}>
      <p>{stayText(dateOf(picked.from), dateOf(picked.to))}</p>
      {taken ? (
        <Taken {...props} deed={deed} version={row.calendar?.version} />
      ) : (
        <CloseNights {...props} deed={deed} />
      )}
      <p className="chart-ways">
        {historyOf !== undefined && <Link href={historyOf(picked.id)}>{t.chart.history}</Link>}
        <Link href={`/apartments/${picked.id}`}>{t.chart.page}</Link>
      </p>
    </ModalDialog>
  );
}

function CloseNights({ desk, picked, deed, onClose }: NightDialogProps & { deed: Deed }) {
  const [reason, setReason] = useState('');
  const isOffline = useOffline();
  const close = (event: FormEvent) => {
    event.preventDefault();
    const { id, from, to } = picked;
    const why = reason.trim();
    deed.run(
      desk.close({
        apartmentId: id,
        from: dateOf(from),
        to: dateOf(to),
        ...(why === '' ? {} : { reason: why }),
      }),
    );
  };
  return (
    <form onSubmit={close}>
      <p className="muted">{t.chart.closeWhat}</p>
      <TextField className="field" value={reason} onChange={setReason} maxLength={REASON_MAX} autoFocus>
        <Label>{t.chart.reason}</Label>
        <Input />
        <Text slot="description">{t.chart.reasonHint}</Text>
      </TextField>
      {deed.error !== undefined && <Refusal error={deed.error} />}
      <div className="actions">
        <Button type="submit" className="primary" isDisabled={isOffline} isPending={deed.isBusy}>
          {t.chart.close}
        </Button>
        <Button className="quiet" isDisabled={deed.isBusy} onPress={onClose}>
          {t.chart.cancel}
        </Button>
      </div>
    </form>
  );
}

function Taken({
  store,
  book,
  desk,
  picked,
  deed,
  version,
  onClose,
}: NightDialogProps & { deed: Deed; version: number | undefined }) {
  const { claims, error: unknown, again } = useClaims(book, picked.id, version, 0);
  const isOffline = useOffline();
  const bars = barsWithin(store.row(picked.id)?.bars ?? [], picked.from, picked.to);
  const here = claims?.filter(({ from, to }) => nightOf(from) < picked.to && picked.from < nightOf(to));
  return (
    <>
      <ul className="chart-claims">
        {here === undefined || here.length === 0
          ? bars.map((bar) => (
              <li key={bar.from}>
                <ClaimFacts
                  status={bar.status}
                  stay={stayText(dateOf(bar.from), dateOf(bar.to))}
                  claim={{ until: bar.heldUntil }}
                  asking={claims === undefined && unknown === undefined}
                />
              </li>
            ))
          : here.map((claim) => (
              <li key={claim.id}>
                <ClaimFacts
                  status={STATUS_OF[claim.kind]}
                  stay={stayText(claim.from, claim.to)}
                  claim={claim}
                  asking={false}
                />
                {claim.kind === 'block' && (
                  <Button
                    className="primary"
                    isDisabled={isOffline}
                    isPending={deed.isBusy}
                    autoFocus={here.length === 1}
                    aria-label={t.chart.openWhat(rangeText(claim))}
                    onPress={() => deed.run(desk.open(picked.id, claim.id))}
                  >
                    {t.chart.open}
                  </Button>
                )}
              </li>
            ))}
      </ul>
      {deed.error !== undefined && <Refusal error={deed.error} />}
      {unknown !== undefined && (
        <>
          <Refusal error={unknown} />
          <Button className="quiet" onPress={again}>
            {t.common.retry}
          </Button>
        </>
      )}
      {nightsOf(bars, picked) < picked.to - picked.from && <p className="muted">{t.chart.onlyFree}</p>}
      <div className="actions">
        <Button className="quiet" isDisabled={deed.isBusy} onPress={onClose}>
          {t.common.close}
        </Button>
      </div>
    </>
  );
}

/** How many nights of the range are taken. */
function nightsOf(bars: readonly Bar[], { from, to }: Picked): number {
  return bars.reduce((sum, bar) => sum + Math.min(bar.to, to) - Math.max(bar.from, from), 0);
}

const rangeText = ({ from, to }: Claim) =>
  `${datesText(from, to)}, ${nightsText(nightOf(to) - nightOf(from))}`;

interface Deed {
  readonly isBusy: boolean;
  readonly error: ErrorBody | undefined;
  readonly run: (deed: Promise<ErrorBody | undefined>) => void;
}

/** One thing at a time; the dialog goes when it is done, and says why where it is refused. */
function useDeed(onDone: () => void): Deed {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorBody>();
  const run: Deed['run'] = (deed: Promise<ErrorBody | undefined>) => {
    setBusy(true);
    void deed.then((refusal) => {
      setBusy(false);
      setError(refusal);
      if (refusal === undefined) onDone();
    });
  };
  return { isBusy, error, run };
}
