import { describe, expect, it } from 'vitest';
import { explainOutage } from '../../src/app/outages.ts';
import { createPool } from '../../src/persistence/pool.ts';
import { isOutage } from '../../src/persistence/sqlstate.ts';
import { Refusal } from '../../src/protocol/errors.ts';

const sql = (code: string) => Object.assign(new Error('refused'), { code });

describe('an outage of the storage', () => {
  it.each([
    ...['08006', '28000', '28P01', '3D000', '40001', '40P01', '53300', '55P03', '57P01', '57014', '25006'],
    ...['ECONNRESET', 'EPIPE'],
  ])('is told by %s', (code) => {
    expect(isOutage(sql(code))).toBe(true);
  });

  it.each(['23505', '22P02', '42601', 'NL001'])('is not what %s says', (code) => {
    expect(isOutage(sql(code))).toBe(false);
  });

  it('is not a defect of ours', () => {
    expect(isOutage(new TypeError('x is undefined'))).toBe(false);
    expect(isOutage(new Refusal('not_found', 'nothing there'))).toBe(false);
  });

  it('means `unavailable`', async () => {
    // Port 1: nobody listens there.
    const pool = createPool('postgres://nobody:x@127.0.0.1:1/nothing');
    const fault = await pool.query('select 1').catch((cause: unknown) => cause);
    expect(fault).toMatchObject({ code: 'ECONNREFUSED' });
    expect(explainOutage(fault)).toMatchObject({ code: 'unavailable', retryable: true });
    await pool.end();
  });

  it('is not what every other fault means', () => {
    expect(explainOutage(sql('42601'))).toBeUndefined();
  });
});
