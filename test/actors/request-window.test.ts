import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../src/actors/facts.ts';
import { IDEMPOTENCY_WINDOW_MS } from '../../src/actors/limits.ts';
import { RequestWindow } from '../../src/actors/request-window.ts';

const HOUR_MS = 3_600_000;
const entry = (version: number, subjectId: string, requestId: string, atMs = 0): JournalEntry => ({
  apartmentId: 'a1',
  version,
  fact: { kind: 'paused' },
  subjectId,
  requestId,
  atMs,
});
const uuid = (n: number) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

describe('the request window', () => {
  it('[I3] finds every request of the last 24 hours, however many there were', () => {
    const window = new RequestWindow();
    const count = 20_000;
    // 30 hours of requests, so that early ones may be forgotten while late ones come.
    const atMs = (n: number) => Math.floor((n / count) * 30 * HOUR_MS);
    for (let n = 1; n <= count; n++) window.add(entry(n + 5_000_000_000, 'ana', uuid(n), atMs(n)));
    const lastMs = atMs(count);
    for (let n = 1; n <= count; n++) {
      const version = window.find('ana', uuid(n));
      if (atMs(n) > lastMs - 24 * HOUR_MS) expect(version).toBe(n + 5_000_000_000);
      else if (atMs(n) < lastMs - IDEMPOTENCY_WINDOW_MS - HOUR_MS) expect(version).toBeUndefined();
    }
    expect(window.find('ana', uuid(count + 1))).toBeUndefined();
    const from = window.fromVersion(0) - 5_000_000_000;
    expect(atMs(from)).toBeLessThanOrEqual(lastMs - 24 * HOUR_MS);
    expect(from).toBeGreaterThan(0);
  });

  it('[I3] keeps a place apart that is about to be taken as old requests are forgotten', () => {
    const window = new RequestWindow();
    window.add(entry(1, 'cy', uuid(1)));
    window.add(entry(2, 'ana', uuid(2), HOUR_MS));
    window.setApart('ben', uuid(2));
    window.add(entry(3, 'ben', uuid(2), IDEMPOTENCY_WINDOW_MS + HOUR_MS));
    expect(window.find('cy', uuid(1))).toBeUndefined();
    expect(window.find('ana', uuid(2))).toBe(2);
    expect(window.find('ben', uuid(2))).toBe(3);
  });

  it('keeps what it finds as a map would, subjects told apart once they are known to differ', () => {
    const step = fc.record({ subject: fc.constantFrom('ana', 'ben', 'cy'), request: fc.nat(8) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), (steps) => {
        const window = new RequestWindow();
        const entries: JournalEntry[] = [];
        const model = new Map<string, number>();
        for (const { subject, request } of steps) {
          const id = uuid(request);
          const found = window.find(subject, id);
          const owner = entries.find(({ version }) => version === found);
          const own = owner?.subjectId === subject && owner.requestId === id;
          expect(own ? found : undefined).toBe(model.get(`${subject} ${id}`));
          if (own) continue;
          if (found !== undefined) window.setApart(subject, id);
          const added = entry(entries.length + 1, subject, id);
          entries.push(added);
          window.add(added);
          model.set(`${subject} ${id}`, added.version);
        }
        const reloaded = new RequestWindow();
        reloaded.addAll(entries);
        for (const [key, version] of model) {
          const [subject = '', id = ''] = key.split(' ');
          expect(window.find(subject, id)).toBe(version);
          expect(reloaded.find(subject, id)).toBe(version);
        }
      }),
    );
  });
});
