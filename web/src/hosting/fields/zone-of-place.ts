/** Which time zone a place is in. The table of the world, 70 KB, loads with the first place. */
import { Part } from '../../part.ts';
import { usePart } from '../../shared/live/use-part.ts';

const LOOKUP = new Part(async () => ({ zoneAt: (await import('@photostructure/tz-lookup')).default }));

/** IANA; undefined while there are no coordinates, or the table has not come. */
export function useZoneAt(latitude: number, longitude: number): string | undefined {
  const isPlace = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  const { here } = usePart(LOOKUP, isPlace);
  return isPlace ? here?.zoneAt(latitude, longitude) : undefined;
}
