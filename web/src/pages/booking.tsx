export function BookingPage({ bookingId }: { bookingId: string }) {
  return <h1>{bookingId}</h1>;
}
