/** Which page an address shows. Each is a part of its own that is loaded when it is first gone to. */
import { lazy, Suspense } from 'react';
import { Link, type Route } from '../router.tsx';
import { t } from '../texts/index.ts';

const FindPage = lazy(async () => ({ default: (await import('../guest/find-page.tsx')).FindPage }));
const ApartmentPage = lazy(async () => ({
  default: (await import('../guest/apartment-page.tsx')).ApartmentPage,
}));
const BookingPage = lazy(async () => ({ default: (await import('../guest/booking-page.tsx')).BookingPage }));
const StaysPage = lazy(async () => ({ default: (await import('../guest/stays-page.tsx')).StaysPage }));
const SignInPage = lazy(async () => ({ default: (await import('../account/sign-in-page.tsx')).SignInPage }));
const OccupancyPage = lazy(async () => ({
  default: (await import('../admin/occupancy-page.tsx')).OccupancyPage,
}));
const FiguresPage = lazy(async () => ({ default: (await import('../admin/figures-page.tsx')).FiguresPage }));
const ServersPage = lazy(async () => ({ default: (await import('../admin/servers-page.tsx')).ServersPage }));
const HistoryPage = lazy(async () => ({ default: (await import('../admin/history-page.tsx')).HistoryPage }));
const HostingPage = lazy(async () => ({
  default: (await import('../hosting/hosting-page.tsx')).HostingPage,
}));
const ListingPage = lazy(async () => ({
  default: (await import('../hosting/listing-page.tsx')).ListingPage,
}));

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
