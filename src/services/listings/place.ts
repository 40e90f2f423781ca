/** What a pair of coordinates tells of a place. */
import tzLookup from '@photostructure/tz-lookup';

export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/** The IANA time zone at a place; at sea an `Etc/GMT` one. Within a few hundred metres of a border it may be the other side's. */
export function timeZoneAt(latitude: number, longitude: number): string {
  return tzLookup(latitude, longitude);
}

const UNITED_STATES = new RegExp(
  '^America/(New_York|Detroit|Chicago|Denver|Boise|Phoenix|Los_Angeles|Anchorage|Juneau|Sitka|Nome|Adak|' +
    'Indiana/.+|Kentucky/.+|Menominee|North_Dakota/.+)$|^Pacific/Honolulu$',
);

/** For files that name no country; undefined where the time zone does not tell it. */
export function countryOf(timeZone: string): string | undefined {
  return UNITED_STATES.test(timeZone) ? 'United States' : undefined;
}

/** Great-circle distance by the haversine formula. */
export function distanceKm(a: Place, b: Place): number {
  const radians = Math.PI / 180;
  const latitudes = Math.sin(((b.latitude - a.latitude) * radians) / 2) ** 2;
  const longitudes = Math.sin(((b.longitude - a.longitude) * radians) / 2) ** 2;
  const cosines = Math.cos(a.latitude * radians) * Math.cos(b.latitude * radians);
  return 2 * 6_371 * Math.asin(Math.min(1, Math.sqrt(latitudes + cosines * longitudes)));
}
