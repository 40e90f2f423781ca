/** One apartment, its prices, rules and nights, in forms that explain what they do. */
import '../styles/hosting.css';
import '../styles/form-fields.css';
import '../styles/listing.css';
import '../styles/listing-preview.css';
import '../styles/listing-saving.css';
import { startTransition, useEffect, useState } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import type { ManagedApartment } from '../../../src/client/index.ts';
import type { Outcome } from '../../../src/protocol/errors.ts';
import { nightOf } from '../../../src/protocol/nights.ts';
import { StaffOnly } from '../account/staff-only.tsx';
import { addressOf, Link, navigate, useAddress } from '../router.tsx';
import { client, useConnection } from '../shared/live/client.ts';
import { useToday } from '../shared/live/today.ts';
import { Refusal } from '../shared/refusal.tsx';
import { t } from '../texts/index.ts';
import { ConflictDialog } from './draft/conflict-dialog.tsx';
import { TABS, type TabName, tabOf } from './draft/field-places.ts';
import { focusField } from './draft/focus-field.ts';
import { FormContext } from './draft/form.ts';
import { LeaveWarning } from './draft/leave-warning.tsx';
import { ProblemSummary } from './draft/problem-summary.tsx';
import { SaveBar } from './draft/save-bar.tsx';
import { useListing } from './draft/use-listing.ts';
import { PreviewPanel } from './preview/preview-panel.tsx';
import { CalendarSection } from './sections/calendar-section.tsx';
import { ListIt } from './sections/list-it.tsx';
import { ListingSection } from './sections/listing-section.tsx';
import { RatesSection } from './sections/rates-section.tsx';
import { RetireSection } from './sections/retire-section.tsx';
import { RulesSection } from './sections/rules-section.tsx';

export function ListingPage({ apartmentId }: { apartmentId: string | undefined }) {
  return (
    <StaffOnly kinds={['host', 'admin']} title={t.shell.titles.listing} invitation={t.account.forHosts}>
      {apartmentId === undefined ? <Editor loaded={undefined} /> : <Loaded apartmentId={apartmentId} />}
    </StaffOnly>
  );
}

function Loaded({ apartmentId }: { apartmentId: string }) {
  const [outcome, setOutcome] = useState<Outcome<ManagedApartment>>();
  const online = useConnection() === 'online';
  const answered = outcome?.ok === true;
  useEffect(() => {
    // What is edited is never taken away; a refusal is asked about again once the server is back.
    if (answered) return;
    let gone = false;
    void client.management.apartment(apartmentId).then((answer) => {
      // In short steps: a form of forty fields is much to draw at once.
      if (!gone && (answer.ok || online)) startTransition(() => setOutcome(answer));
    });
    return () => {
      gone = true;
    };
  }, [apartmentId, online, answered]);
  if (outcome === undefined) {
    return (
      <section className="narrow" aria-busy="true">
        <div className="card skeleton" />
        <p role="status">{t.common.loading}</p>
      </section>
    );
  }
  if (outcome.ok) return <Editor loaded={outcome.data} />;
  return (
    <section className="narrow">
      <h1>{t.hosting.form.notFound}</h1>
      <Refusal error={outcome.error} />
      <p>
        <Link href="/hosting">{t.hosting.form.back}</Link>
      </p>
    </section>
  );
}

function Editor({ loaded }: { loaded: ManagedApartment | undefined }) {
  const { path, query } = useAddress();
  const listing = useListing(loaded, ({ id }) =>
    navigate(`/hosting/apartments/${encodeURIComponent(id)}?created=1`, 'replace'),
  );
  const { apartment, draft, base, changed, problems, conflict } = listing;
  const today = nightOf(useToday(draft.terms.timeZone));
  const isRetired = apartment?.status === 'retired';
  const tabs = apartment === undefined ? TABS.slice(0, 3) : TABS;
  const tab = tabs.find((one) => one === query.get('tab')) ?? 'listing';
  const show = (next: TabName) => navigate(addressOf(path, { tab: next }), 'replace');

  // The tab of a field may still be closed when one is to go to it.
  const [wanted, setWanted] = useState<string>();
  useEffect(() => {
    if (wanted === undefined || tabOf(wanted) !== tab) return;
    setWanted(undefined);
    focusField(wanted);
  }, [wanted, tab]);

  const [isListedHere, setListed] = useState(false);
  const says = t.hosting.form;
  const countOf = (name: TabName) => problems.filter((problem) => tabOf(problem.path) === name).length;
  return (
    <FormContext value={{ draft, base, apartment, isRetired, problems, today, set: listing.set }}>
      <section className="hosting listing">
        <header className="listing-header">
          <p>
            <Link href="/hosting">{says.back}</Link>
          </p>
          <h1>
            <bdi>{apartment?.name ?? says.newTitle}</bdi>
          </h1>
          {apartment !== undefined && (
            <p className="muted">
              <span className="status" data-status={apartment.status}>
                {t.hosting.statuses[apartment.status]}
              </span>{' '}
              <bdi>{apartment.city}</bdi>, <bdi>{apartment.country}</bdi> ·{' '}
              <Link href={`/apartments/${encodeURIComponent(apartment.id)}`}>
                {t.hosting.list.guestsPage}
              </Link>
            </p>
          )}
        </header>
        {apartment?.status === 'paused' && (
          <ListIt
            apartment={apartment}
            isNew={query.has('created')}
            isUnsaved={changed.length > 0}
            onListed={(listed) => {
              listing.rebase(listed);
              setListed(true);
            }}
          />
        )}
        {isListedHere && apartment?.status === 'listed' && (
          <p className="notice good" role="status">
            {says.isListed}
          </p>
        )}
        {isRetired && <p className="notice">{says.retired}</p>}
        {listing.isRestored && (
          <p className="notice" role="status">
            {says.restored}
          </p>
        )}
        <ProblemSummary
          problems={problems}
          error={listing.error}
          refusals={listing.refusals}
          onGo={(to) => {
            setWanted(to);
            if (tabOf(to) !== tab) show(tabOf(to));
          }}
        />
        <div className="listing-columns" data-wide={tab === 'calendar' || tab === 'retire'}>
          <Tabs selectedKey={tab} onSelectionChange={(key) => show(key as TabName)}>
            <TabList aria-label={says.tabs} className="tabs">
              {tabs.map((name) => (
                <Tab key={name} id={name} className="tab">
                  {says.tabNames[name]}
                  {countOf(name) > 0 && (
                    <span className="badge">
                      {countOf(name)}
                      <span className="unseen"> {says.withProblems(countOf(name))}</span>
                    </span>
                  )}
                </Tab>
              ))}
            </TabList>
            <TabPanel id="listing">
              <ListingSection />
            </TabPanel>
            <TabPanel id="rates">
              <RatesSection />
            </TabPanel>
            <TabPanel id="rules">
              <RulesSection />
            </TabPanel>
            {apartment !== undefined && (
              <>
                <TabPanel id="calendar">
                  <CalendarSection apartment={apartment} today={today} />
                </TabPanel>
                <TabPanel id="retire">
                  <RetireSection apartment={apartment} today={today} onChanged={listing.rebase} />
                </TabPanel>
              </>
            )}
          </Tabs>
          {tab !== 'calendar' && tab !== 'retire' && <PreviewPanel />}
        </div>
        {!isRetired && <SaveBar listing={listing} />}
        {conflict !== undefined && <ConflictDialog conflict={conflict} onChosen={listing.resolve} />}
        <LeaveWarning isUnsaved={changed.length > 0} />
      </section>
    </FormContext>
  );
}
