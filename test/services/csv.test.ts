import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvProblem, CsvReader, type CsvRow } from '../../src/services/listings/csv.ts';
import { CSV_ROW_LENGTH_MAX } from '../../src/services/listings/limits.ts';

function read(text: string, pieceLength = Number.POSITIVE_INFINITY): { rows: CsvRow[]; reader: CsvReader } {
  const reader = new CsvReader();
  const rows: CsvRow[] = [];
  for (let at = 0; at < text.length; at += pieceLength) {
    rows.push(...reader.add(text.slice(at, at + pieceLength)));
  }
  rows.push(...reader.end());
  return { rows, reader };
}
const cells = (text: string) => read(text).rows.map((row) => row.cells);

/** Where the name stands, with the others beside it. */
const PLACES = {
  first: { header: 'name,id,room,price', row: (id: number, name: string) => `${name},${id},Entire,80` },
  'in the middle': {
    header: 'id,name,room,price',
    row: (id: number, name: string) => `${id},${name},Entire,80`,
  },
  last: { header: 'id,room,price,name', row: (id: number, name: string) => `${id},Entire,80,${name}` },
};

describe.each(Object.entries(PLACES))('with the name %s', (_where, { header, row }) => {
  const names = (lines: string[]) => {
    const { rows, reader } = read([header, ...lines].join('\n'));
    const place = header.split(',').indexOf('name');
    const stoodOn = rows.reduce((sum, { lines }) => sum + lines, 0);
    expect(stoodOn + reader.emptyLines).toBe(reader.lines);
    expect(reader.lines).toBe([header, ...lines].join('\n').split('\n').length);
    return rows.slice(1).map((one) => [one.line, one.cells[place], one.hasLoneQuote]);
  };

  it.each([
    ['before a cell', '"Loft'],
    ['after a cell', 'Loft"'],
    ['before one with another inside', '"Loft with a 55" screen'],
  ])('a lone quote %s swallows no row, up to another one or to the end', (_what, lone) => {
    const lines = [
      row(1, '"Court'),
      row(2, 'Flat'),
      row(3, lone),
      row(4, 'Flat'),
      row(5, '"'),
      row(6, 'Flat'),
    ];
    expect(names(lines).map(([line, name]) => [line, name])).toEqual([
      [2, '"Court'],
      [3, 'Flat'],
      [4, lone],
      [5, 'Flat'],
      [6, '"'],
      [7, 'Flat'],
    ]);
  });

  it('600 rows of which every third has a lone quote are 600 rows', () => {
    const lines = Array.from({ length: 600 }, (_, i) => row(i, ['"Court', 'Flat', 'Loft"'][i % 3]!));
    expect(names(lines)).toHaveLength(600);
  });

  it('line breaks inside quotes, empty lines there and doubled quotes are of the cell', () => {
    expect(
      names([row(1, '"Two\nlines, ""both""\n\nof it"'), row(2, '""'), row(3, '""""'), '', row(4, 'x')]),
    ).toEqual([
      [2, 'Two\nlines, "both"\n\nof it', false],
      [6, '', false],
      [7, '"', false],
      [9, 'x', false],
    ]);
  });

  it('a lone quote and line breaks inside quotes stand beside each other', () => {
    expect(names([row(1, '"Court'), row(2, 'Flat'), row(3, '"Two\nlines"'), row(4, '"Loft')])).toEqual([
      [2, '"Court', true],
      [3, 'Flat', false],
      [4, 'Two\nlines', false],
      [6, '"Loft', true],
    ]);
  });
});

it('a row that a comma has made longer swallows none after it', () => {
  const text = 'id,name,room,price\n1,"Court, old,Entire,80\n2,Flat,Entire,80\n3,Loft",Entire,80\n';
  expect(read(text).rows.map(({ line, cells: { length } }) => [line, length])).toEqual([
    [1, 4],
    [2, 5],
    [3, 4],
    [4, 4],
  ]);
});

it('reads back what RFC 4180 writes, however it is cut, and every line is counted once', () => {
  const cell = fc.oneof(fc.string(), fc.stringMatching(/^[",;\n\r a]{0,6}$/));
  const table = fc
    .integer({ min: 2, max: 5 })
    .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 6 }));
  fc.assert(
    fc.property(
      table,
      fc.constantFrom('\n', '\r\n'),
      fc.integer({ min: 1, max: 9 }),
      (rows, lineBreak, cut) => {
        // Lines inside a cell that are as wide as the header are rows by design.
        const texts = rows.map((row) => row.map((text) => text.replaceAll(/\r\n|\r|\n/g, '')));
        const header = texts[0]?.map((_, i) => `c${i}`) ?? ['a', 'b'];
        const written = [header, ...texts]
          .map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(',') + lineBreak)
          .join('');
        const { rows: found, reader } = read(written, cut);
        expect(found.map((row) => row.cells)).toEqual([header, ...texts]);
        expect(reader.lines).toBe(texts.length + 1);
      },
    ),
  );
});

it('whatever stands in a file, its lines add up', () => {
  const text = fc.stringMatching(/^[",;\n\r a=]{0,80}$/);
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 9 }), (text, cut) => {
      const { rows, reader } = read(`a,b\n${text}`, cut);
      const stoodOn = rows.reduce((sum, { lines }) => sum + lines, 0);
      expect(stoodOn + reader.emptyLines + reader.separatorLines).toBe(reader.lines);
      expect(reader.lines).toBe(`a,b\n${text}`.replace(/\n$/, '').split('\n').length);
    }),
  );
});

it.each([
  ['semicolons', 'id;name;price\n1;"a;b";9,5\n'],
  ['tabs', 'id\tname\tprice\n1\t"a;b"\t9,5\n'],
  ['the separator that the first line names', 'sep=|\nid|name|price\n1|a;b|9,5\n'],
  ['CR alone', 'id;name;price\r1;"a;b";9,5\r'],
])('reads %s', (_what, text) => {
  expect(cells(text)).toEqual([
    ['id', 'name', 'price'],
    ['1', 'a;b', '9,5'],
  ]);
});

it('a line that no row is as long as is refused, and none is kept that is longer', () => {
  const reader = new CsvReader();
  expect([...reader.add('a,b\n')]).toHaveLength(1);
  expect(() => [...reader.add(`1,"${'x'.repeat(CSV_ROW_LENGTH_MAX)}`)]).toThrow(CsvProblem);
});
