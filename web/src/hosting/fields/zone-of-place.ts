/** Which time zone a place is in. The table of the world, 70 KB, loads with the first place, once the form is there. */
import { Part } from '../../part.ts';
import { usePart } from '../../shared/live/use-part.ts';
import { useIdle } from '../../shared/use-idle.ts';

const LOOKUP = new Part(async () => ({ zoneAt: (await import('@photostructure/tz-lookup')).default }));

/** IANA; undefined while there are no coordinates, or the table has not come. */
export function useZoneAt(latitude: number, longitude: number): string | undefined {
  const isPlace = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  const isIdle = useIdle();
  const { here } = usePart(LOOKUP, isPlace && isIdle);
  return isPlace ? here?.zoneAt(latitude, longitude) : undefined;
}
