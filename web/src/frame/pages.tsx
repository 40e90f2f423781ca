/** Which page an address shows. */
import { type ComponentProps, type ComponentType, lazy, Suspense, useState } from 'react';
import type { Route } from '../route.ts';
import { Link } from '../router.tsx';
import { t } from '../texts/index.ts';
import { HERE, LOADS, type Parts } from './parts.ts';

const FindPage = partOf('find');
const ApartmentPage = partOf('apartment');
const BookingPage = partOf('booking');
const StaysPage = partOf('stays');
const SignInPage = partOf('sign-in');
const OccupancyPage = partOf('admin');
const FiguresPage = partOf('figures');
const ServersPage = partOf('servers');
const HistoryPage = partOf('history');
const HostingPage = partOf('hosting');
const ListingPage = partOf('listing');

/** What is here is drawn at once: `lazy` alone would first say, for a third of a second, that it is loading. */
function partOf<Name extends keyof Parts>(name: Name): ComponentType<ComponentProps<Parts[Name]>> {
  type Drawn = ComponentType<object>;
  const Loaded = lazy(LOADS[name] as () => Promise<{ default: Drawn }>);
  function Part(props: object) {
    const [Shown] = useState(() => (HERE[name] as Drawn | undefined) ?? Loaded);
    return <Shown {...props} />;
  }
  return Part as ComponentType<ComponentProps<Parts[Name]>>;
}

export function Page({ route }: { route: Route }) {
  return (
    <Suspense fallback={<p role="status">{t.common.loading}</p>}>
      <PageOf route={route} />
    </Suspense>
  );
}

function PageOf({ route }: { route: Route }) {
  switch (route.page) {
    case 'find':
      return <FindPage />;
    case 'apartment':
      return <ApartmentPage key={route.apartmentId} apartmentId={route.apartmentId} />;
    case 'booking':
      return <BookingPage key={route.bookingId} bookingId={route.bookingId} />;
    case 'stays':
      return <StaysPage />;
    case 'sign-in':
      return <SignInPage />;
    case 'admin':
      return <OccupancyPage />;
    case 'figures':
      return <FiguresPage />;
    case 'servers':
      return <ServersPage />;
    case 'history':
      return <HistoryPage key={route.apartmentId} apartmentId={route.apartmentId} />;
    case 'hosting':
      return <HostingPage />;
    case 'listing':
      return <ListingPage key={route.apartmentId} apartmentId={route.apartmentId} />;
    case 'nowhere':
      return (
        <section className="narrow">
          <h1>{t.shell.titles.nowhere}</h1>
          <p>
            {t.shell.nowhere} <Link href="/">{t.shell.toApartments}</Link>
          </p>
        </section>
      );
  }
}
