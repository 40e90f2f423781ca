/**
 * A small plot (uPlot) with the same values as a table behind a button. The canvas follows the width that it is given
 * and the colours of the page, light or dark. Colours are read from an element, because `light-dark()` is only worked
 * out where a colour is used.
 */
import { type RefObject, useEffect, useRef, useState } from 'react';
import { Button, Disclosure, DisclosurePanel } from 'react-aria-components';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { momentText, shortDate, timeText } from '../format.ts';
import { t } from '../texts/index.ts';
import { extentOf, type Plotted, sampled } from './series.ts';

const HEIGHT_PX = 110;
/** Rows of the table beside the plot. */
const ROWS_MAX = 60;

export interface PlotProps {
  /** What is plotted, for those who do not see it. */
  readonly label: string;
  readonly plotted: Plotted;
  readonly format: (value: number) => string;
  /** A highest value that the axis shows even where no value reaches it, such as 1 for a share. */
  readonly reaches?: number;
}

export default function Plot({ label, plotted, format, reaches }: PlotProps) {
  const read = useRef<HTMLParagraphElement>(null);
  const holder = useRef<HTMLDivElement>(null);
  useUplot(holder, read, { label, plotted, format, ...(reaches === undefined ? {} : { reaches }) });
  return (
    <div className="plot">
      <div className="plot-canvas" ref={holder} role="img" aria-label={summary(label, plotted, format)} />
      <p className="plot-read small muted" ref={read} aria-hidden="true" />
      <Disclosure className="plot-table">
        {({ isExpanded }) => (
          <>
            <Button slot="trigger" className="quiet small" aria-label={t.admin.plot.tableOf(label)}>
              <span aria-hidden="true">▾</span> {t.admin.plot.table}
            </Button>
            <DisclosurePanel>
              {/* A table of a live plot is only drawn while it is read. */}
              {isExpanded && <Values label={label} plotted={plotted} format={format} />}
            </DisclosurePanel>
          </>
        )}
      </Disclosure>
    </div>
  );
}

function Values({ label, plotted, format }: Pick<PlotProps, 'label' | 'plotted' | 'format'>) {
  const { xs, series, time } = plotted;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard.
    <section className="plot-values" tabIndex={0} aria-label={t.admin.plot.tableOf(label)}>
      <table>
        <thead>
          <tr>
            <th scope="col">{time === 'dates' ? t.admin.plot.day : t.admin.plot.time}</th>
            {series.map((one) => (
              <th key={one.label} scope="col">
                {one.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sampled(xs.length, ROWS_MAX)
            .reverse()
            .map((i) => (
              <tr key={xs[i]}>
                <th scope="row">{timeOf(xs[i] as number, time)}</th>
                {series.map(({ label: column, values }) => (
                  <td key={column}>{valueText(values[i], format)}</td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  );
}

function useUplot(
  holder: RefObject<HTMLDivElement | null>,
  read: RefObject<HTMLParagraphElement | null>,
  { plotted, format, reaches }: PlotProps,
): void {
  const plot = useRef<uPlot>(undefined);
  const latest = useRef({ plotted, format });
  latest.current = { plotted, format };
  const { time } = plotted;
  const labels = plotted.series.map(({ label }) => label).join('\n');
  const [appearance, setAppearance] = useState(0);

  // Another look of the page, chosen there or by the device: the canvas is drawn in its colours.
  useEffect(() => {
    const changed = () => setAppearance((count) => count + 1);
    const dark = window.matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', changed);
    const observer = new MutationObserver(changed);
    observer.observe(document.documentElement, { attributeFilter: ['data-appearance'] });
    return () => {
      dark.removeEventListener('change', changed);
      observer.disconnect();
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are read when the appearance changes.
  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const ink = getComputedStyle(element);
    const line = ink.getPropertyValue('border-top-color');
    const colours = [ink.color, ink.getPropertyValue('outline-color')];
    const axis = {
      stroke: ink.getPropertyValue('caret-color'),
      ticks: { show: false },
      font: `11px ${ink.fontFamily}`,
    };
    const made = new uPlot(
      {
        width: Math.max(1, element.clientWidth),
        height: HEIGHT_PX,
        legend: { show: false },
        cursor: { y: false, drag: { setScale: false, x: false, y: false } },
        ...(time === 'dates'
          ? { tzDate: (ts: number) => uPlot.tzDate(new Date(ts * 1_000), 'Etc/UTC') }
          : {}),
        scales: { y: { range: (_, least, most) => rangeOf(least, most, reaches) } },
        axes: [
          {
            ...axis,
            grid: { show: false },
            size: 22,
            values: (_, ticks) => tickTexts(ticks, time),
            space: 70,
          },
          {
            ...axis,
            grid: { stroke: line, width: 1 },
            size: (_, values) => 14 + 6.6 * Math.max(2, ...(values ?? []).map((text) => text.length)),
            values: (_, ticks) => ticks.map((tick) => latest.current.format(tick)),
            space: 30,
          },
        ],
        series: [
          {},
          ...labels.split('\n').map((label, i) => ({
            label,
            stroke: colours[i % 2] as string,
            width: 2,
            // Told apart without colour as well.
            ...(i > 0 ? { dash: [5, 4] } : {}),
            // A line has two ends: one value alone is a point.
            points: { show: time === 'dates' ? isAlone : false, size: 7 },
          })),
        ],
        hooks: {
          setCursor: [({ cursor }) => show(read.current, cursor.idx, latest.current)],
        },
      },
      dataOf(latest.current.plotted),
      element,
    );
    plot.current = made;
    const resize = new ResizeObserver(() => {
      made.setSize({ width: Math.max(1, element.clientWidth), height: HEIGHT_PX });
    });
    resize.observe(element);
    return () => {
      resize.disconnect();
      plot.current = undefined;
      made.destroy();
    };
  }, [holder, read, time, labels, reaches, appearance]);

  useEffect(() => {
    plot.current?.setData(dataOf(plotted));
  }, [plotted]);
}

const isAlone = (plot: uPlot, series: number): boolean =>
  Array.from<number | null | undefined>(plot.data[series] ?? []).filter((value) => value != null).length ===
  1;

const dataOf = ({ xs, series }: Plotted): uPlot.AlignedData =>
  [xs, ...series.map(({ values }) => values)] as unknown as uPlot.AlignedData;

/** From 0, with a little room above; never flat. */
function rangeOf(least: number | null, most: number | null, reaches: number | undefined): [number, number] {
  const top = Math.max(most ?? 0, reaches ?? 0);
  const bottom = Math.min(0, least ?? 0);
  if (top <= bottom) return [bottom, bottom + 1];
  return [bottom, top === reaches ? top : bottom + (top - bottom) * 1.08];
}

function timeOf(seconds: number, time: Plotted['time']): string {
  const instant = new Date(seconds * 1_000).toISOString();
  return time === 'dates' ? shortDate(instant.slice(0, 10)) : timeText(instant);
}

function tickTexts(ticks: readonly number[], time: Plotted['time']): string[] {
  // Seconds say nothing where ticks are minutes apart, and everything where they are not.
  const areMinutes = ((ticks[1] ?? 0) - (ticks[0] ?? 0)) % 60 === 0;
  return ticks.map((tick) => {
    const text = timeOf(tick, time);
    if (time === 'dates') return text.replace(/^\S+ /, '');
    return areMinutes ? text.slice(0, 5) : text;
  });
}

const valueText = (value: number | null | undefined, format: (value: number) => string) =>
  value == null ? '–' : format(value);

function show(
  element: HTMLElement | null,
  index: number | null | undefined,
  { plotted, format }: Pick<PlotProps, 'plotted' | 'format'>,
): void {
  if (element === null) return;
  const x = index == null ? undefined : plotted.xs[index];
  element.textContent =
    x === undefined
      ? ''
      : `${timeOf(x, plotted.time)}: ${plotted.series
          .map(({ label, values }) =>
            plotted.series.length === 1
              ? valueText(values[index as number], format)
              : `${label} ${valueText(values[index as number], format)}`,
          )
          .join(' · ')}`;
}

function summary(label: string, { xs, series, time }: Plotted, format: (value: number) => string): string {
  const [first, last] = [xs[0], xs.at(-1)];
  if (first === undefined || last === undefined) return t.admin.plot.nothing(label);
  const span =
    time === 'dates'
      ? t.admin.plot.span(timeOf(first, time), timeOf(last, time))
      : t.admin.plot.since(momentText(new Date(first * 1_000).toISOString()));
  const said = series.map(({ label: name, values }) => {
    const extent = extentOf(values);
    if (extent === undefined) return t.admin.plot.noValue(name);
    // The newest value is left out of a live plot's name: it would be another name every second.
    return t.admin.plot.extent(name, format(extent.least), format(extent.most));
  });
  return [label, span, ...said].join('. ');
}
