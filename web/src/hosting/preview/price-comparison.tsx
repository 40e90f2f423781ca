/** The price of a stay line by line, as it is saved and as it would be. */
import type { Quote } from '../../../../src/protocol/resources.ts';
import { money } from '../../format.ts';
import { t } from '../../texts/index.ts';
import { language } from '../../texts/language.ts';
import { linesOf } from './preview.ts';

export function PriceComparison({ before, after }: { before: Quote | undefined; after: Quote }) {
  const says = t.hosting.preview;
  const amount = (minor: number | undefined) => (minor === undefined ? '–' : money(minor, after.currency));
  const differs = before !== undefined && JSON.stringify(before) !== JSON.stringify(after);
  return (
    <table className="quote comparison">
      <caption className="unseen">{says.price}</caption>
      <thead className={differs ? undefined : 'unseen'}>
        <tr>
          <th scope="col">{says.line}</th>
          {differs && <th scope="col">{says.before}</th>}
          <th scope="col">{differs ? says.after : t.common.price}</th>
        </tr>
      </thead>
      <tbody>
        {linesOf(differs ? before : undefined, after).map((line) => (
          <tr key={line.kind} data-changed={(differs && line.before !== line.after) || undefined}>
            {/* The price's own label is English and says more; any other language names the kind. */}
            <th scope="row">{language() === 'en' ? line.label : t.common.lineKinds[line.kind]}</th>
            {differs && <td className="old">{amount(line.before)}</td>}
            <td>{amount(line.after)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{says.total}</th>
          {differs && <td className="old">{amount(before?.totalMinor)}</td>}
          <td data-total={after.totalMinor}>{amount(after.totalMinor)}</td>
        </tr>
      </tfoot>
    </table>
  );
}
