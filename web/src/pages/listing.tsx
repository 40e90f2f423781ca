export function ListingPage({ apartmentId }: { apartmentId: string | undefined }) {
  return <h1>{apartmentId}</h1>;
}
