import { describe, expect, it } from 'vitest';
import { refusingOutages } from '../../src/app/outages.ts';
import { createPool } from '../../src/persistence/pool.ts';
import { isOutage } from '../../src/persistence/sqlstate.ts';
import { Refusal } from '../../src/protocol/errors.ts';

const sql = (code: string) => Object.assign(new Error('refused'), { code });

describe('an outage of the storage', () => {
  it.each(['08006', '53300', '57P01', '57014', '25006', 'ECONNRESET', 'EPIPE'])('is told by %s', (code) => {
    expect(isOutage(sql(code))).toBe(true);
  });

  it.each(['23505', '22P02', '42601', 'NL001'])('is not what %s says', (code) => {
    expect(isOutage(sql(code))).toBe(false);
  });

  it('is not a defect of ours', () => {
    expect(isOutage(new TypeError('x is undefined'))).toBe(false);
    expect(isOutage(new Refusal('not_found', 'nothing there'))).toBe(false);
  });

  it('answers `unavailable`, with the cause for the log', async () => {
    // Port 1: nobody listens there.
    const pool = createPool('postgres://nobody:x@127.0.0.1:1/nothing');
    const face = refusingOutages({ size: 3, mine: () => pool.query('select 1'), name: () => 'face' });
    const error = await face.mine().catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(Refusal);
    expect((error as Refusal).body).toMatchObject({ code: 'unavailable', retryable: true });
    expect((error as Refusal).cause).toMatchObject({ code: 'ECONNREFUSED' });
    expect([face.size, face.name()]).toEqual([3, 'face']);
    await pool.end();
  });

  it('leaves every other fault as it is', async () => {
    const fault = sql('42601');
    const face = refusingOutages({ list: () => Promise.reject(fault) });
    await expect(face.list()).rejects.toBe(fault);
  });
});
