import { describe, expect, it } from 'vitest';
import { BlockCommand, CancelCommand, Search } from '../../src/protocol/commands.ts';
import { NewApartment } from '../../src/protocol/managed-apartments.ts';
import { GuestContact } from '../../src/protocol/resources.ts';
import { shownLine, shownParagraphs, storable } from '../../src/protocol/text.ts';

const line = shownLine('a name', 40);
const isLine = (text: string) => line.safeParse(text).success;

describe('[S5] what people write for others to see', () => {
  it.each([
    ['U+0000', 'Ana\u0000'],
    ['a bell', 'Ana\u0007'],
    ['a line break', 'Ana\nBen'],
    ['a line separator', 'Ana\u2028Ben'],
    ['a paragraph separator', 'Ana\u2029Ben'],
    ['an override of direction', 'Ana\u202egpj.exe'],
    ['an isolate', '\u2066Ana\u2069'],
    ['a space of no width', 'A\u200bna'],
    ['a byte order mark', 'A\ufeffna'],
    ['half a surrogate pair', 'Ana\ud83d'],
    ['what Unicode does not know', 'Ana\u{10ffff}'],
    ['a letter that is blank', '\u3164'],
    ['joiners alone', '\u200d\u200c'],
    ['accents alone', '\u0301'],
  ])('is refused with %s', (_what, text) => {
    expect(isLine(text)).toBe(false);
  });

  it.each([
    'Ana Müller-Ñuñez',
    "O'Neill, Jr.",
    'محمد\u200cرضا',
    'ऋषि\u200dकेश',
    'דוד\u200f (David)',
    '山田 太郎',
    'Zoë 🏡👩‍👧',
    '',
  ])('may be %s', (text) => {
    expect(isLine(text)).toBe(true);
  });

  it('has line breaks in a description alone', () => {
    expect(shownParagraphs('a description', 40).safeParse('Two rooms.\r\n\tA view.').success).toBe(true);
    expect(shownParagraphs('a description', 40).safeParse('Two rooms.\u202eA view.').success).toBe(false);
  });

  it('is so in a name, a listing and a reason; what is looked for need only be storable', () => {
    const bad = 'x\u202ey';
    const ids = { requestId: crypto.randomUUID(), apartmentId: 'apt-1' };
    expect(GuestContact.safeParse({ name: bad, email: 'ana@example.com' }).success).toBe(false);
    expect(NewApartment.shape.name.safeParse(bad).success).toBe(false);
    expect(CancelCommand.safeParse({ ...ids, bookingId: 'b', reason: bad }).success).toBe(false);
    const nights = { from: '2027-01-01', to: '2027-01-02' };
    expect(BlockCommand.safeParse({ ...ids, ...nights, reason: bad }).success).toBe(false);
    const stay = { checkIn: '2027-01-01', checkOut: '2027-01-02' };
    expect(Search.safeParse({ ...stay, city: 'Porto\u0000' }).success).toBe(false);
    expect(storable('a city', 40).safeParse('Porto').success).toBe(true);
  });
});
