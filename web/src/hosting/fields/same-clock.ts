/** Zones are split by history; what an apartment's days need is the same hour, this winter and this summer. */
export function haveSameClock(one: string, other: string, nowMs: number): boolean {
  const year = new Date(nowMs).getUTCFullYear();
  return [0, 3, 6, 9].every((month) => {
    const instant = Date.UTC(year, month, 15, 12);
    return hourIn(one, instant) === hourIn(other, instant);
  });
}

const hourIn = (timeZone: string, instant: number): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(instant);
