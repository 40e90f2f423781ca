import icon from '../icon.svg';
import type { PageName } from '../route.ts';
import { addressOf, Link, navigate } from '../router.tsx';
import { client, useShownConnection, useWho } from '../shared/live/client.ts';
import { isOpenHold, useMyStays } from '../shared/live/my-stays.ts';
import { t } from '../texts/index.ts';

export function Header({ page }: { page: PageName }) {
  const who = useWho();
  const { holds } = useMyStays();
  const open = holds.filter(isOpenHold).length;
  const here = (...names: PageName[]) => (names.includes(page) ? ('page' as const) : undefined);
  const back = page === 'sign-in' ? undefined : window.location.pathname + window.location.search;
  const says = t.shell;
  const kind = who?.subject.kind;
  return (
    <header className="header">
      <Link className="brand" href="/">
        <img src={icon} alt="" width="28" height="28" />
        Nightlatch
      </Link>
      <nav aria-label={says.mainNavigation}>
        <Link href="/" aria-current={here('find')}>
          {says.findStay}
        </Link>
        <Link href="/stays" aria-current={here('stays')}>
          {says.myStays}
          {open > 0 && (
            <span className="badge">
              {open}
              <span className="unseen"> {says.openHolds(open)}</span>
            </span>
          )}
        </Link>
        {(kind === 'host' || kind === 'admin') && (
          <Link href="/hosting" aria-current={here('hosting', 'listing')}>
            {says.hosting}
          </Link>
        )}
        {kind === 'admin' && (
          <Link href="/admin" aria-current={here('admin', 'figures', 'servers', 'history')}>
            {says.admin}
          </Link>
        )}
      </nav>
      <div className="header-end">
        <ConnectionPill />
        {who === undefined || who.anonymous ? (
          <Link className="button quiet" href={addressOf('/sign-in', { next: back })}>
            {says.signIn}
          </Link>
        ) : (
          <>
            <span className="who">{who.email}</span>
            <button
              type="button"
              className="quiet"
              onClick={() => {
                void client.sessions.signOut();
                navigate('/');
              }}
            >
              {says.signOut}
            </button>
          </>
        )}
      </div>
    </header>
  );
}

function ConnectionPill() {
  const state = useShownConnection();
  const text = t.shell.states[state];
  return (
    <span className="pill" data-state={state} role="status" aria-label={t.shell.connection(text)}>
      {text}
    </span>
  );
}
