import type { Quote } from '../../../src/client/index.ts';
import { money } from '../format.ts';

export function QuoteLines({ quote }: { quote: Quote }) {
  return (
    <table className="quote">
      <caption className="unseen">Price</caption>
      <tbody>
        {quote.lines.map((line) => (
          <tr key={line.kind + line.label}>
            <th scope="row">{line.label}</th>
            <td>{money(line.amountMinor, quote.currency)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">Total</th>
          <td>{money(quote.totalMinor, quote.currency)}</td>
        </tr>
      </tfoot>
    </table>
  );
}
