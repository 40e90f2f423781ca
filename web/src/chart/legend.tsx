/** What the bars of the chart mean: a colour, a pattern and a letter each. */
import { t } from '../texts/index.ts';
import '../styles/legend.css';

export function Legend() {
  return (
    <ul className="legend" aria-label={t.chart.legend}>
      {(['held', 'booked', 'blocked'] as const).map((status) => (
        <li key={status}>
          <span className="swatch chart-letter" data-state={status} aria-hidden="true">
            {t.chart.letters[status]}
          </span>
          {t.common.status[status]}
        </li>
      ))}
      <li>
        <span className="swatch chart-letter" aria-hidden="true">
          <span className="chart-mark" />
        </span>
        {t.chart.justChanged}
      </li>
    </ul>
  );
}
