import { expect, it, vi } from 'vitest';
import type { AdminListener, OccupancyWindow } from '../../src/client/index.ts';
import { LiveOccupancy } from '../../web/src/admin/occupancy/occupancy.ts';
import { client } from '../../web/src/shared/live/client.ts';

vi.mock('../../web/src/shared/live/client.ts', () => ({ client: { admin: vi.fn() } }));

it('whoever comes after another window was asked for is told nothing of the one before', () => {
  const show = vi.fn<(window: OccupancyWindow) => void>();
  vi.mocked(client.admin).mockReturnValue({ state: 'online', show, close() {} });
  const live = new LiveOccupancy({ from: '2027-01-01', to: '2028-01-01' });
  live.listen({});
  const everybody = vi.mocked(client.admin).mock.calls[0]?.[1] as AdminListener;
  const answer = () => everybody.occupancy?.([], new Map(), 0);
  const told = vi.fn();
  answer();
  live.listen({ occupancy: told });
  expect(told).toHaveBeenCalledTimes(1);

  const later = { from: '2029-01-01', to: '2030-01-01' };
  live.show(later);
  expect(show).toHaveBeenCalledWith(later);
  const toldLater = vi.fn();
  live.listen({ occupancy: toldLater });
  expect(toldLater).not.toHaveBeenCalled();
  answer();
  expect(toldLater).toHaveBeenCalledTimes(1);
});
