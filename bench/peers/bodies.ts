/** A hold that is forwarded, and its answer: the bodies of most of the traffic between servers. */
export const REQUEST = {
  command: 'hold',
  requestId: '3f1f2b0e-8a7c-4f52-9a10-2f7d3c4b5a69',
  apartmentId: 'airbnb-12345',
  checkIn: '2030-03-01',
  checkOut: '2030-03-05',
  guests: 2,
  subject: { id: 'guest_0123456789abcdef', kind: 'guest' },
};

export const ANSWER = {
  ok: true,
  data: {
    hold: {
      id: 'hold_0123456789abcdef',
      apartmentId: 'airbnb-12345',
      checkIn: '2030-03-01',
      checkOut: '2030-03-05',
      guests: 2,
      status: 'held',
      expiresAt: '2030-01-01T00:00:00.000Z',
      extendable: true,
      quote: {
        currency: 'EUR',
        totalMinor: 47_300,
        lines: [
          { kind: 'nights', label: '4 nights', amountMinor: 36_000 },
          { kind: 'cleaning', label: 'Cleaning fee', amountMinor: 7_000 },
          { kind: 'tax', label: 'Tax 10 %', amountMinor: 4_300 },
        ],
      },
      version: 12,
    },
  },
};
