/** Which stays may begin in one week, by length: what the rules let in, and what a change would let in or shut out. */
import { dateOf } from '../../../../src/protocol/nights.ts';
import type { Terms } from '../../../../src/protocol/terms.ts';
import { shortDate } from '../../format.ts';
import { t } from '../../texts/index.ts';
import { allowedStays, LENGTHS } from './preview.ts';

export function AllowedStays({
  before,
  after,
  from,
  today,
}: {
  before: Terms | undefined;
  after: Terms;
  /** Night number of the first arrival. */
  from: number;
  today: number;
}) {
  const says = t.hosting.preview;
  const now = allowedStays(after, from, today);
  const was = before === undefined ? now : allowedStays(before, from, today);
  return (
    <section className="allowed" aria-labelledby="allowed">
      <h3 id="allowed">{says.which}</h3>
      <p className="help">{says.whichFrom(shortDate(dateOf(from)))}</p>
      <table>
        <thead>
          <tr>
            <th scope="col">{says.arrival}</th>
            {LENGTHS.map((nights) => (
              <th key={nights} scope="col">
                {nights}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {now.map((row, day) => (
            <tr key={dateOf(from + day)}>
              <th scope="row">{shortDate(dateOf(from + day))}</th>
              {row.map((isAllowed, at) => {
                const differs = was[day]?.[at] !== isAllowed;
                return (
                  <td key={LENGTHS[at]} data-allowed={isAllowed} data-changed={differs || undefined}>
                    <span aria-hidden="true">{isAllowed ? '✓' : '·'}</span>
                    <span className="unseen">
                      {differs ? (isAllowed ? says.gained : says.lost) : isAllowed ? says.yes : says.no}
                    </span>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {was !== now && <p className="help">{says.legend}</p>}
    </section>
  );
}
