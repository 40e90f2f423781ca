export function HistoryPage({ apartmentId }: { apartmentId: string }) {
  return <h1>{apartmentId}</h1>;
}
