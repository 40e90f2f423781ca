/** How the house does: figures of this second, and of a period by day. */
import { useMemo } from 'react';
import { StaffOnly } from '../account/staff-only.tsx';
import { timeText } from '../format.ts';
import { addressOf, navigate, useAddress } from '../router.tsx';
import { useCities } from '../shared/live/cities.ts';
import { useToday } from '../shared/live/today.ts';
import { Refusal } from '../shared/refusal.tsx';
import { Choice } from '../shared/widgets/choice.tsx';
import { t } from '../texts/index.ts';
import { AdminNav } from './admin-nav.tsx';
import { usePeriodFigures } from './figures/figures.ts';
import { CommitTimes, LiveFigure } from './figures/live-figures.tsx';
import { periodOf } from './figures/period.ts';
import { PeriodChooser } from './figures/period-chooser.tsx';
import { currenciesOf, PeriodFigures } from './figures/period-figures.tsx';
import { useHouse } from './servers/house.ts';
import { Stale } from './stale.tsx';
import '../styles/admin-figures.css';

/** No city has this name: the choice of all of them. */
const EVERYWHERE = '*';

export function FiguresPage() {
  return (
    <StaffOnly kinds={['admin']} title={t.shell.titles.figures} invitation={t.account.forStaff}>
      <Figures />
    </StaffOnly>
  );
}

function Figures() {
  const { query } = useAddress();
  const city = query.get('city') ?? '';
  const { period, preset } = periodOf(query, useToday('UTC'));
  const house = useHouse();
  const figures = usePeriodFigures(period, city, house.bookingChanges);
  const everywhere = useCities();
  const cities = useMemo(() => {
    const shown = (house.apartments ?? []).map((one) => one.city);
    const names = new Set([...everywhere.map(({ name }) => name), ...shown, ...(city === '' ? [] : [city])]);
    return [...names].sort();
  }, [everywhere, house.apartments, city]);
  const currencies = figures.now === undefined ? [] : currenciesOf(figures.now.totals);
  const asked = query.get('currency');
  const currency = currencies.find((one) => one === asked) ?? currencies[0];
  const says = t.admin.figures;

  const go = (changes: Record<string, string | undefined>) => {
    const kept = Object.fromEntries(query);
    navigate(addressOf('/admin/figures', { ...kept, ...changes }), 'replace');
  };

  return (
    <section className="admin">
      <AdminNav page="figures" />
      <header className="admin-bar">
        <h1>{t.shell.titles.figures}</h1>
      </header>
      <Stale state={house.state} at={house.stats?.at} />
      <section aria-labelledby="now" data-stale={house.state !== 'online' || undefined}>
        <h2 id="now">{says.now}</h2>
        <div className="figures">
          <LiveFigure figure="holdsOpen" history={house.history} />
          <LiveFigure figure="commands" history={house.history} />
          <CommitTimes history={house.history} />
        </div>
      </section>
      <section aria-labelledby="period">
        <h2 id="period">{says.period}</h2>
        <div className="figures-choose">
          <PeriodChooser
            period={period}
            preset={preset}
            onPreset={(next) => go({ period: next, from: undefined, to: undefined })}
            onPeriod={({ from, to }) => go({ period: undefined, from, to })}
          />
          <Choice
            label={t.common.fields.city}
            options={[
              { key: EVERYWHERE, text: t.common.fields.allCities },
              ...cities.map((one) => ({ key: one, text: one })),
            ]}
            value={city === '' ? EVERYWHERE : city}
            onChoose={(key) => go({ city: key === EVERYWHERE ? undefined : key })}
          />
          {currency !== undefined && (
            <Choice
              label={t.common.fields.currency}
              options={currencies.map((one) => ({ key: one, text: one }))}
              value={currency}
              onChoose={(key) => go({ currency: key })}
            />
          )}
        </div>
        {figures.error !== undefined && <Refusal error={figures.error} />}
        {figures.error !== undefined && figures.now !== undefined && (
          <p className="notice">{t.admin.stale(timeText(figures.now.at))}</p>
        )}
        {figures.now === undefined ? (
          figures.error === undefined && <p role="status">{t.common.loading}</p>
        ) : (
          <>
            {currencies.length > 1 && (
              <p className="small muted">{says.oneCurrency(currencies.length, currency ?? '')}</p>
            )}
            <PeriodFigures figures={figures} currency={currency} />
          </>
        )}
      </section>
    </section>
  );
}
