/** One row of Inside Airbnb's summary or detailed format: what it states of a listing, what is derived, what is wrong. */
import { createHash } from 'node:crypto';
import { decodeHTMLStrict } from 'entities';
import { GUESTS_MAX, HORIZON_NIGHTS_MAX, PHOTO_URL_LENGTH_MAX } from '../../protocol/limits.ts';
import { Photo } from '../../protocol/terms.ts';
import { withoutHidden } from '../../protocol/text.ts';
import type { Fields, Stated } from './imported.ts';
import { countryOf, timeZoneAt } from './place.ts';
import { readPrice } from './written-price.ts';

export interface RowDefaults {
  readonly currency: string;
  readonly city: string | undefined;
  readonly country: string | undefined;
  /** Whether what further guests cost may be written: every server understands it. */
  readonly mayChargeGuests: boolean;
}

export type Row =
  | {
      readonly ok: true;
      readonly stated: Stated;
      readonly assumed: Fields;
      readonly adjustments: readonly string[];
    }
  | Skipped;
export interface Skipped {
  readonly ok: false;
  readonly reason: string;
}

const REQUIRED = ['id', 'latitude', 'longitude', 'room_type', 'price', 'minimum_nights'] as const;
const OPTIONAL = [
  ...(['name', 'neighbourhood_group', 'neighbourhood', 'city', 'country'] as const),
  ...(['accommodates', 'bedrooms', 'maximum_nights', 'picture_url'] as const),
  ...(['guests_included', 'extra_people'] as const),
] as const;
type Column = (typeof REQUIRED)[number] | (typeof OPTIONAL)[number];
export interface Columns {
  readonly places: ReadonlyMap<Column, number>;
  /** Cells of the header. */
  readonly width: number;
}

/** @returns the place of each column, or what is wrong with the header in one sentence */
export function columnsOf(header: readonly string[], line: number): Columns | string {
  const places = new Map(header.map((name, i) => [name.trim().toLowerCase(), i]));
  const missing = REQUIRED.filter((column) => !places.has(column));
  if (missing.length > 0) {
    const found = header.slice(0, 5).join(', ').slice(0, 100).replace(/\p{C}/gu, '�');
    return `line ${line} lacks the columns ${missing.join(', ')} (it begins with: ${found}); give a CSV file in Inside Airbnb's format, with commas, semicolons or tabs between its cells`;
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
/** The summary format does not say how many an apartment sleeps. */
const CAPACITIES: ReadonlyMap<string, number> = new Map([
  ['Entire home/apt', 4],
  ['Private room', 2],
  ['Hotel room', 2],
  ['Shared room', 1],
]);
const CAPACITY_OTHERWISE = 2;
const NAME_LENGTH_MAX = 200;
const PLACE_LENGTH_MAX = 100;

/** @returns the row's id within its file, by which it is known when the file is imported again */
export function readId(
  columns: Columns,
  record: readonly string[],
): { ok: true; sourceId: string } | Skipped {
  const width = record.findLastIndex((cell) => cell.trim() !== '') + 1;
  if (width > columns.width) {
    return skip(
      `the row has ${width} cells and the header ${columns.width}; put quotes around what has a separator in it`,
    );
  }
  const written = textOf(columns, record, 'id');
  if (written === '' || written.length > 200) {
    return skip(`id "${written.slice(0, 40)}" is empty or over 200 characters; give each row one`);
  }
  if (/^\d+([.,]\d+)?E\+?\d+$/i.test(written)) {
    return skip(
      `id ${written} has lost digits to a spreadsheet; format that column as text, and save the file again`,
    );
  }
  return { ok: true, sourceId: /^(\d+)[.,]0+$/.exec(written)?.[1] ?? written };
}

/** What a row states, and for what it does not, what is assumed of a listing that is new. */
export function readRow(columns: Columns, record: readonly string[], defaults: RowDefaults): Row {
  const text = (column: Column): string => textOf(columns, record, column);
  const adjustments: string[] = [];

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

  const extra = readExtraGuests(columns, record, defaults);
  if ('problem' in extra) return skip(extra.problem);

  const timeZone = timeZoneAt(latitude, longitude);
  const roomType = text('room_type');
  const accommodates = count(text('accommodates'), GUESTS_MAX);
  let capacity = CAPACITIES.get(roomType);
  if (capacity === undefined) {
    capacity = CAPACITY_OTHERWISE;
    adjustments.push(
      `room_type "${roomType}" is unknown${accommodates === undefined ? `; capacity set to ${capacity}` : ''}`,
    );
  }
  if (columns.places.has('accommodates') && accommodates === undefined) {
    adjustments.push(
      `accommodates "${text('accommodates')}" is no whole number from 1 to ${GUESTS_MAX}; passed over`,
    );
  }
  let byGuests = extra.stated;
  if (byGuests !== undefined && byGuests.includedGuests > (accommodates ?? capacity)) {
    adjustments.push(
      `guests_included ${byGuests.includedGuests} is above ${accommodates ?? capacity}, for whom there is room; passed over`,
    );
    byGuests = undefined;
  }
  if (byGuests !== undefined && !defaults.mayChargeGuests) {
    adjustments.push(
      'guests_included and extra_people are passed over, as not every server knows them yet; import again once all are of this version',
    );
    byGuests = undefined;
  }
  const minNights = minimumNights(text('minimum_nights'), adjustments);
  const maxNights = maximumNights(columns, text('maximum_nights'), minNights, adjustments);
  const area = [text('neighbourhood'), text('neighbourhood_group')].filter((part) => part !== '');
  // A column that is not there at all is seen at a glance; an empty cell is worth a note.
  const statedCity = text('city') || (defaults.city ?? '');
  const city = statedCity || (area.at(-1) ?? 'Unknown');
  if (statedCity === '' && columns.places.has('city')) {
    adjustments.push(`the city is empty; a new listing has the neighbourhood, ${city}`);
  }
  const statedName = text('name');
  const name = statedName || `${roomType || 'Apartment'} in ${area[0] ?? city}`;
  if (statedName === '' && columns.places.has('name')) {
    adjustments.push(`the name is empty; a new listing is "${name}"`);
  }
  const statedCountry = text('country') || (defaults.country ?? '');
  const picture = pictureOf(text('picture_url'), adjustments);
  const place = { latitude, longitude, timeZone };
  const description = describe(roomType, count(text('bedrooms'), GUESTS_MAX), area, city);
  const terms = { nightlyMinor: price.minor, minNights };
  return {
    ok: true,
    stated: {
      ...(statedName !== '' && { name: cut(statedName, NAME_LENGTH_MAX) }),
      description,
      ...(statedCity !== '' && { city: cut(statedCity, PLACE_LENGTH_MAX) }),
      ...(statedCountry !== '' && { country: cut(statedCountry, PLACE_LENGTH_MAX) }),
      ...place,
      ...terms,
      ...(maxNights !== undefined && { maxNights }),
      ...(accommodates !== undefined && { capacity: accommodates }),
      ...(picture !== undefined && { picture }),
      ...byGuests,
    },
    assumed: {
      name: cut(name, NAME_LENGTH_MAX),
      description,
      city: cut(city, PLACE_LENGTH_MAX),
      country: countryOf(timeZone) ?? '',
      ...place,
      ...terms,
      maxNights: HORIZON_NIGHTS_MAX,
      capacity,
    },
    adjustments,
  };
}

/** What a row says of guests beyond those in its price; nothing where they cost nothing. */
function readExtraGuests(
  columns: Columns,
  record: readonly string[],
  { currency }: RowDefaults,
):
  | { readonly stated: { includedGuests: number; extraGuestMinor: number } | undefined }
  | { readonly problem: string } {
  const written = textOf(columns, record, 'extra_people');
  if (written === '' || /^[^1-9]*0[^1-9]*$/.test(written)) return { stated: undefined };
  const price = readPrice(written, currency);
  if ('problem' in price) return { problem: `extra_people "${cut(written, 40)}" ${price.problem}` };
  const included = textOf(columns, record, 'guests_included');
  const includedGuests = count(included, GUESTS_MAX);
  if (includedGuests === undefined) {
    return {
      problem: `guests_included "${cut(included, 40)}" is no whole number from 1 to ${GUESTS_MAX}, and extra_people "${cut(written, 40)}" is for each guest beyond it; give both or neither`,
    };
  }
  return { stated: { includedGuests, extraGuestMinor: price.minor } };
}

/** Stable, and within the wire's alphabet whatever the source's ids look like. */
export function apartmentId(source: string, sourceId: string): string {
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

/** The format has `1125` for no maximum: what is past the horizon cannot be booked. Undefined where none is stated. */
function maximumNights(
  columns: Columns,
  text: string,
  minNights: number,
  adjustments: string[],
): number | undefined {
  if (!columns.places.has('maximum_nights')) return undefined;
  const nights = number(text);
  if (nights !== undefined && nights >= minNights && Number.isInteger(nights)) {
    return Math.min(nights, HORIZON_NIGHTS_MAX);
  }
  adjustments.push(
    `maximum_nights "${text}" is no whole number from minimum_nights ${minNights}; passed over`,
  );
  return undefined;
}

/** Undefined where none is stated. */
function pictureOf(text: string, adjustments: string[]): string | undefined {
  if (text === '') return undefined;
  const url = Photo.shape.url.safeParse(text);
  if (url.success) return url.data;
  adjustments.push(
    `picture_url "${cut(text, 40)}" is no address that begins with https:// and has at most ${PHOTO_URL_LENGTH_MAX} characters; passed over`,
  );
  return undefined;
}

/** Spreadsheets write `2.0` for 2. */
function count(text: string, max: number): number | undefined {
  const value = number(text);
  return value !== undefined && value >= 1 && value <= max && Number.isInteger(value) ? value : undefined;
}

/** With a decimal comma, too, as files with semicolons have. */
function number(text: string): number | undefined {
  const value = text === '' ? Number.NaN : Number(/^-?\d+,\d+$/.test(text) ? text.replace(',', '.') : text);
  return Number.isFinite(value) ? value : undefined;
}

function describe(
  roomType: string,
  bedrooms: number | undefined,
  area: readonly string[],
  city: string,
): string {
  const where = [...new Set([...area, city])].join(', ');
  const rooms = bedrooms === undefined ? '' : ` with ${bedrooms} ${bedrooms === 1 ? 'bedroom' : 'bedrooms'}`;
  return `${roomType || 'Apartment'}${rooms} in ${cut(where, 300)}.`;
}

/**
 * What may be shown of a cell. Entities are those with their semicolon: without it they are decoded in what only begins
 * like one, and `tram&central` becomes `tram¢ral`.
 */
function textOf(columns: Columns, record: readonly string[], column: Column): string {
  return withoutHidden(decodeHTMLStrict(record[columns.places.get(column) ?? -1] ?? ''));
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

function skip(reason: string): Skipped {
  return { ok: false, reason };
}
