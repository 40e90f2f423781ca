/** Parts of the pages that are loaded late. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Part } from '../../web/src/part.ts';

describe('a part of the pages', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('is loaded once for all who ask', async () => {
    const load = vi.fn(async () => ({ is: 'here' }));
    const part = new Part(load);
    expect(part.here).toBe(undefined);
    const [one, other] = await Promise.all([part.load(), part.load()]);
    expect(one).toBe(other);
    expect(part.here).toBe(one);
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('is asked for again after it failed', async () => {
    const load = vi.fn(async () => ({ is: 'here' })).mockRejectedValueOnce(new Error('cut'));
    const part = new Part(load);
    await part.preload();
    expect(part.here).toBe(undefined);
    await part.load();
    expect(part.here).toEqual({ is: 'here' });
  });

  it('is not asked for without a network, so that no browser remembers a failure', async () => {
    const load = vi.fn(async () => ({ is: 'here' }));
    const part = new Part(load);
    vi.stubGlobal('navigator', { onLine: false });
    await expect(part.load()).rejects.toThrow('no network');
    expect(load).not.toHaveBeenCalled();
    vi.stubGlobal('navigator', { onLine: true });
    expect(await part.load()).toEqual({ is: 'here' });
  });
});
