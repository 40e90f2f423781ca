/** What an admin's chart asks the server for when somebody looks or acts. */
import type { ChartDesk } from '../../chart/ports.ts';
import { client } from '../../shared/live/client.ts';

export const chartDesk: ChartDesk = {
  claims: (apartmentId, from, to) => client.management.claims(apartmentId, { from, to }),
  async close(nights) {
    const outcome = await client.management.block(nights);
    return outcome.ok ? undefined : outcome.error;
  },
  async open(apartmentId, blockId) {
    const outcome = await client.management.unblock({ apartmentId, blockId });
    return outcome.ok ? undefined : outcome.error;
  },
};
