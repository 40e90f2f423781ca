/** The frame around every page: who you are, whether the server hears you, where you can go. */
import { useEffect, useRef } from 'react';
import { client, useConnection, useWho } from './live/client.ts';
import { isOpenHold, useMyStays } from './live/my-stays.ts';
import { AdminPage } from './pages/admin.tsx';
import { ApartmentPage } from './pages/apartment.tsx';
import { CataloguePage } from './pages/catalogue.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { StaysPage } from './pages/stays.tsx';
import { addressOf, Link, navigate, type Route, routeOf, useAddress } from './router.tsx';

const TITLES: Record<Route['page'], string> = {
  catalogue: 'Find a stay',
  apartment: 'Apartment',
  stays: 'My stays',
  'sign-in': 'Sign in',
  admin: 'Live occupancy',
  nowhere: 'Nothing here',
};

export function App() {
  const { path } = useAddress();
  const route = routeOf(path);
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);

  useEffect(() => {
    document.title = `${TITLES[route.page]} · Nightlatch`;
  }, [route.page]);
  // A page change is announced by moving the focus to it; the first page is where the reader is anyway.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another path is another page.
  useEffect(() => {
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: true });
  }, [path]);

  return (
    <>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <Header page={route.page} />
      <ConnectionNotice />
      <main id="main" ref={main} tabIndex={-1}>
        <Page route={route} />
      </main>
      <footer className="footer">
        <p>
          Nightlatch · no night is ever sold twice · <a href="/docs">API</a>
        </p>
      </footer>
    </>
  );
}

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case 'catalogue':
      return <CataloguePage />;
    case 'apartment':
      return <ApartmentPage key={route.apartmentId} apartmentId={route.apartmentId} />;
    case 'stays':
      return <StaysPage />;
    case 'sign-in':
      return <SignInPage />;
    case 'admin':
      return <AdminPage />;
    case 'nowhere':
      return (
        <section className="narrow">
          <h1>Nothing here</h1>
          <p>
            This address leads nowhere. <Link href="/">Look at the apartments</Link> instead.
          </p>
        </section>
      );
  }
}

function Header({ page }: { page: Route['page'] }) {
  const who = useWho();
  const { holds } = useMyStays();
  const open = holds.filter(isOpenHold).length;
  const here = (name: Route['page']) => (page === name ? ('page' as const) : undefined);
  const back = page === 'sign-in' ? undefined : window.location.pathname + window.location.search;
  return (
    <header className="header">
      <Link className="brand" href="/">
        <img src="/icon.svg" alt="" width="28" height="28" />
        Nightlatch
      </Link>
      <nav aria-label="Main">
        <Link href="/" aria-current={here('catalogue')}>
          Find a stay
        </Link>
        <Link href="/stays" aria-current={here('stays')}>
          My stays
          {open > 0 && (
            <span className="badge">
              {open}
              <span className="unseen"> {open === 1 ? 'open hold' : 'open holds'}</span>
            </span>
          )}
        </Link>
        {who?.subject.kind === 'admin' && (
          <Link href="/admin" aria-current={here('admin')}>
            Admin
          </Link>
        )}
      </nav>
      <div className="header-end">
        <ConnectionPill />
        {who === undefined || who.anonymous ? (
          <Link className="button quiet" href={addressOf('/sign-in', { next: back })}>
            Sign in
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
              Sign out
            </button>
          </>
        )}
      </div>
    </header>
  );
}

const STATES = { online: 'Live', reconnecting: 'Reconnecting', offline: 'Offline' } as const;

function ConnectionPill() {
  const state = useConnection();
  return (
    <span className="pill" data-state={state} role="status" aria-label={`Connection: ${STATES[state]}`}>
      {STATES[state]}
    </span>
  );
}

function ConnectionNotice() {
  if (useConnection() !== 'offline') return null;
  return (
    <p className="notice" role="alert">
      You are offline: what you see may be out of date, and nothing can be held or booked until the connection
      is back. It is tried again all the time.
    </p>
  );
}
