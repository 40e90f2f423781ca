/** One line of Inside Airbnb's summary format, as a listing: what is missing is derived, what is wrong is said. */
import { createHash } from 'node:crypto';
import { decodeHTMLStrict } from 'entities';
import type { ListingUpsert } from '../../persistence/statements/listings.ts';
import { HORIZON_NIGHTS_MAX } from '../../protocol/limits.ts';
import { Apartment } from '../../protocol/terms.ts';
import { countryOf, timeZoneAt } from './place.ts';
import { readPrice } from './written-price.ts';

export interface RowDefaults {
  readonly source: string;
  readonly currency: string;
  readonly city: string | undefined;
  readonly country: string | undefined;
}

export type Row =
  | { readonly ok: true; readonly listing: ListingUpsert; readonly adjustments: readonly string[] }
  | { readonly ok: false; readonly reason: string };

const REQUIRED = ['id', 'latitude', 'longitude', 'room_type', 'price', 'minimum_nights'] as const;
const OPTIONAL = ['name', 'neighbourhood_group', 'neighbourhood', 'state', 'city', 'country'] as const;
type Column = (typeof REQUIRED)[number] | (typeof OPTIONAL)[number];
export interface Columns {
  readonly places: ReadonlyMap<Column, number>;
  /** Cells of the header. */
  readonly width: number;
}

/** @returns the place of each column, or what is wrong with the header in one sentence */
export function columnsOf(header: readonly string[]): Columns | string {
  const places = new Map(header.map((name, i) => [name.trim().toLowerCase(), i]));
  const missing = REQUIRED.filter((column) => !places.has(column));
  if (missing.length > 0) {
    const found = header.slice(0, 5).join(', ').slice(0, 100).replace(/\p{C}/gu, '�');
    return `line 1 lacks the columns ${missing.join(', ')} (it begins with: ${found}); give a CSV file in Inside Airbnb's summary format`;
  }
  const known = new Map<Column, number>();
  for (const column of [...REQUIRED, ...OPTIONAL]) {
    const place = places.get(column);
    if (place !== undefined) known.set(column, place);
  }
  return { places: known, width: header.length };
}

/** The longest minimum that is kept: with a longer one hardly a stay fits in the horizon of two years. */
const MIN_NIGHTS_MAX = 365;
/** The format does not say how many an apartment sleeps. */
const CAPACITIES: ReadonlyMap<string, number> = new Map([
  ['Entire home/apt', 4],
  ['Private room', 2],
  ['Hotel room', 2],
  ['Shared room', 1],
]);
const CAPACITY_OTHERWISE = 2;
const NAME_LENGTH_MAX = 200;
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];

export function readRow(columns: Columns, record: readonly string[], defaults: RowDefaults): Row {
  const text = (column: Column): string => clean(record[columns.places.get(column) ?? -1] ?? '');
  const adjustments: string[] = [];

  const width = record.findLastIndex((cell) => cell.trim() !== '') + 1;
  if (width > columns.width) {
    return skip(
      `the row has ${width} cells and the header ${columns.width}; put quotes around what has a separator in it`,
    );
  }
  const sourceId = text('id');
  if (sourceId === '' || sourceId.length > 200) {
    return skip(`id "${sourceId.slice(0, 40)}" is empty or over 200 characters; give each row one`);
  }
  if (/^\d+(\.\d+)?[eE]\+\d+$/.test(sourceId)) {
    adjustments.push(`id ${sourceId} was rounded by a spreadsheet; kept as it stands`);
  }
  const latitude = number(text('latitude'));
  const longitude = number(text('longitude'));
  if (latitude === undefined || Math.abs(latitude) > 90) {
    return skip(`latitude "${text('latitude')}" is no number from -90 to 90; correct it`);
  }
  if (longitude === undefined || Math.abs(longitude) > 180) {
    return skip(`longitude "${text('longitude')}" is no number from -180 to 180; correct it`);
  }
  const price = readPrice(text('price'), defaults.currency);
  if ('problem' in price) return skip(`price "${cut(text('price'), 40)}" ${price.problem}`);

  const timeZone = timeZoneAt(latitude, longitude);
  const roomType = text('room_type');
  let capacity = CAPACITIES.get(roomType);
  if (capacity === undefined) {
    capacity = CAPACITY_OTHERWISE;
    adjustments.push(`room_type "${roomType}" is unknown; capacity set to ${capacity}`);
  }
  const minNights = minimumNights(text('minimum_nights'), adjustments);
  const area = [text('neighbourhood'), text('neighbourhood_group')].filter((part) => part !== '');
  // A column that is not there at all is seen at a glance; an empty cell is worth a note.
  let city = text('city') || (defaults.city ?? '');
  if (city === '') {
    city = area.at(-1) ?? 'Unknown';
    if (columns.places.has('city')) adjustments.push(`the city is empty; set to the neighbourhood, ${city}`);
  }
  let name = text('name');
  if (name === '') {
    name = `${roomType || 'Apartment'} in ${area[0] ?? city}`;
    if (columns.places.has('name')) adjustments.push(`the name is empty; set to "${name}"`);
  }

  const apartment = Apartment.safeParse({
    id: apartmentId(defaults.source, sourceId),
    name: cut(name, NAME_LENGTH_MAX),
    description: describe(roomType, area, city),
    city: cut(city, 100),
    country: cut(text('country') || (defaults.country ?? countryOf(timeZone) ?? ''), 100),
    latitude,
    longitude,
    amenities: [],
    status: 'listed',
    terms: {
      timeZone,
      currency: defaults.currency,
      nightlyMinor: price.minor,
      seasons: [],
      cleaningMinor: 0,
      taxBasisPoints: 0,
      stayDiscounts: [],
      capacity,
      minNights,
      maxNights: HORIZON_NIGHTS_MAX,
      arrivalDays: EVERY_DAY,
      departureDays: EVERY_DAY,
      turnoverNights: 0,
      noticeDays: 0,
      horizonNights: HORIZON_NIGHTS_MAX,
      cancellationPolicy: 'moderate',
    },
  });
  if (!apartment.success) {
    const issue = apartment.error.issues[0];
    return skip(`${issue?.path.join('.')}: ${issue?.message}`);
  }
  return { ok: true, listing: { sourceId, hostId: null, apartment: apartment.data }, adjustments };
}

/** Stable, and within the wire's alphabet whatever the source's ids look like. */
function apartmentId(source: string, sourceId: string): string {
  const plain = /^[A-Za-z0-9_-]{1,40}$/.test(sourceId);
  return `${source}-${plain ? sourceId : createHash('sha256').update(sourceId).digest('hex').slice(0, 20)}`;
}

function minimumNights(text: string, adjustments: string[]): number {
  const nights = number(text);
  if (nights === undefined || nights < 1 || !Number.isInteger(nights)) {
    adjustments.push(`minimum_nights "${text}" is no whole number from 1; set to 1`);
    return 1;
  }
  if (nights <= MIN_NIGHTS_MAX) return nights;
  adjustments.push(`minimum_nights ${nights} is over ${MIN_NIGHTS_MAX}; set to ${MIN_NIGHTS_MAX}`);
  return MIN_NIGHTS_MAX;
}

function number(text: string): number | undefined {
  const value = text === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function describe(roomType: string, area: readonly string[], city: string): string {
  const where = [...new Set([...area, city])].join(', ');
  return `${roomType || 'Apartment'} in ${cut(where, 300)}.`;
}

/** Entities decoded, those with their semicolon (`tram&central` is no `tram¢ral`), white space (line breaks too) to single spaces, nothing that PostgreSQL cannot store. */
function clean(text: string): string {
  return decodeHTMLStrict(text)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
}

/** At most `length` UTF-16 units, never through the middle of a character. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  let kept = '';
  for (const { segment } of GRAPHEMES.segment(text.slice(0, length))) {
    if (kept.length + segment.length >= length) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

function skip(reason: string): Row {
  return { ok: false, reason };
}
