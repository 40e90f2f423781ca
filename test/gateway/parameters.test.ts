import { describe, expect, it } from 'vitest';
import { checkParameters, type Query } from '../../src/gateway/http/parameters.ts';

const KNOWN = ['city', 'checkIn', 'checkOut', 'guests', 'maxTotalMinor', 'sort', 'limit', 'cursor'];
const refused = (query: Query, known = KNOWN) => checkParameters(query, known)?.fields;

describe('[C12] the parameters of a request', () => {
  it('are not there where they are empty', () => {
    const query = { city: '', maxTotalMinor: ' ', guests: '2' };
    expect(checkParameters(query, KNOWN)).toBeUndefined();
    expect(query).toEqual({ guests: '2' });
  });

  it.each([
    ['check_in', 'checkIn'],
    ['checkin', 'checkIn'],
    ['CHECK-OUT', 'checkOut'],
    ['limt', 'limit'],
    ['guest', 'guests'],
    ['max_total_minor', 'maxTotalMinor'],
  ])('%s is near %s', (name, near) => {
    expect(refused({ [name]: '1' })).toEqual([
      { path: name, message: `there is no such parameter; send ${near} if that is meant` },
    ]);
  });

  it('are named, with all there are, where none is near', () => {
    const message = `there is no such parameter; there are ${KNOWN.join(', ')}`;
    expect(refused({ colour: 'red', q: '1', '': '1' })).toEqual([
      { path: 'colour', message },
      { path: 'q', message },
      { path: '(payload)', message },
    ]);
    expect(refused({ page: '1' }, [])).toEqual([
      { path: 'page', message: 'this request takes no parameters; leave it out' },
    ]);
  });

  it('are there once', () => {
    expect(checkParameters({ checkIn: ['2027-01-01', '2027-01-02'] }, KNOWN)?.message).toBe(
      'checkIn: it is there 2 times; send it once',
    );
  });

  it('cost little, however long their names', () => {
    expect(refused({ ['x'.repeat(10_000)]: '1' })?.[0]?.path).toHaveLength(64);
  });
});
