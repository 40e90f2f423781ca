/** Which page an address shows. */
import type { ComponentType } from 'react';
import type { Part } from '../part.ts';
import type { Route } from '../route.ts';
import { Link } from '../router.tsx';
import { usePart } from '../shared/live/use-part.ts';
import { NotLoaded } from '../shared/not-loaded.tsx';
import { t } from '../texts/index.ts';
import { PARTS, type PartName } from './parts.ts';

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

type PropsOf<Name extends PartName> =
  (typeof PARTS)[Name] extends Part<{ Page: ComponentType<infer Props> }> ? Props : never;

/** What is here is drawn at once; what cannot be loaded says so in its place, and comes with the connection. */
function partOf<Name extends PartName>(name: Name): ComponentType<PropsOf<Name>> {
  const part = PARTS[name] as Part<{ Page: ComponentType<object> }>;
  function Loaded(props: object) {
    const { here, isMissing } = usePart(part);
    if (here !== undefined) return <here.Page {...props} />;
    if (!isMissing) return <p role="status">{t.common.loading}</p>;
    return (
      <section className="narrow">
        <h1>{t.shell.titles[name]}</h1>
        <NotLoaded />
      </section>
    );
  }
  return Loaded as ComponentType<PropsOf<Name>>;
}

export function Page({ route }: { route: Route }) {
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
