import type { Quote } from '../../../../src/client/index.ts';
import { money } from '../../format.ts';
import { t } from '../../texts/index.ts';
import { language } from '../../texts/language.ts';

export function QuoteLines({ quote }: { quote: Quote }) {
  return (
    <table className="quote">
      <caption className="unseen">{t.common.price}</caption>
      <tbody>
        {quote.lines.map((line) => (
          <tr key={line.kind + line.label}>
            {/* The server's label is English and says more; any other language names the kind. */}
            <th scope="row">{language() === 'en' ? line.label : t.common.lineKinds[line.kind]}</th>
            <td>{money(line.amountMinor, quote.currency)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{t.common.total}</th>
          <td>{money(quote.totalMinor, quote.currency)}</td>
        </tr>
      </tfoot>
    </table>
  );
}
