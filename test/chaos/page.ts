/** The report as one HTML file: the timeline as SVG (faults as bands, answer times, answers a second), then the text. */

import { type Result, textOf } from './report.ts';
import { FAULT_KINDS, type FaultKind, targetOf } from './schedule.ts';
import type { Slice } from './tally.ts';

const WIDTH = 1_200;
const LEFT = 70;
const PLOT = { timesTop: 20, timesHeight: 220, rateTop: 280, rateHeight: 120, bandsTop: 430, bandHeight: 16 };
const COLOURS: Record<FaultKind, string> = {
  kill: '#c0392b',
  freeze: '#2980b9',
  redis: '#d35400',
  postgres: '#8e44ad',
  cut: '#7f8c8d',
  clock: '#16a085',
  deploy: '#27ae60',
  lock: '#795548',
  role: '#607d8b',
  poison: '#827717',
  history: '#000000',
  upgrade: '#1f3a93',
  downgrade: '#6e2c00',
};

export function pageOf(result: Result): string {
  const title = result.findings.length === 0 ? 'no violation' : `${result.findings.length} violations`;
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Chaos: ${title}</title>
<style>body { font: 14px sans-serif; margin: 2em } pre { font-size: 12px; overflow-x: auto } text { font-size: 11px }</style>
<h1>Chaos: ${title}</h1>
<p><code>${escaped(result.command)}</code></p>
${timelineOf(result)}
<pre>${escaped(textOf(result))}</pre>
</html>
`;
}

function timelineOf({ tally, startMs, endMs }: Result): string {
  const { slices, sliceMs, recoveries } = tally;
  const x = (ms: number) => LEFT + ((ms - startMs) / (endMs - startMs)) * (WIDTH - LEFT - 10);
  const height = PLOT.bandsTop + FAULT_KINDS.length * PLOT.bandHeight + 30;
  const bands = recoveries.map(({ struck: { fault, fromMs, backMs } }) => {
    const row = FAULT_KINDS.indexOf(fault.kind);
    const at = `x="${x(fromMs).toFixed(1)}" width="${Math.max(1, x(backMs) - x(fromMs)).toFixed(1)}" fill="${COLOURS[fault.kind]}"`;
    const name = `<title>#${fault.n} ${fault.kind} ${escaped(targetOf(fault))}, ${((backMs - fromMs) / 1_000).toFixed(2)} s</title>`;
    return `<rect ${at} y="${PLOT.timesTop}" height="${PLOT.bandsTop - PLOT.timesTop}" opacity="0.12"/>
<rect ${at} y="${PLOT.bandsTop + row * PLOT.bandHeight}" height="${PLOT.bandHeight - 3}">${name}</rect>`;
  });
  const kinds = FAULT_KINDS.map(
    (kind, row) =>
      `<text x="5" y="${PLOT.bandsTop + row * PLOT.bandHeight + 11}" fill="${COLOURS[kind]}">${kind}</text>`,
  );
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Faults, answer times and answers a second over time">
${bands.join('\n')}
${timesPlot(slices, x)}
${ratePlot(slices, sliceMs, x)}
${kinds.join('\n')}
${secondsAxis(startMs, endMs, x, height)}
</svg>`;
}

/** Logarithmic, from a millisecond to 100 s: median, 99 % and the longest. */
function timesPlot(slices: readonly Slice[], x: (ms: number) => number): string {
  const { timesTop, timesHeight } = PLOT;
  const y = (tenths: number) =>
    timesTop + timesHeight * (1 - Math.min(5, Math.log10(Math.max(10, tenths) / 10)) / 5);
  const line = (of: (slice: Slice) => number, colour: string) => {
    const points = slices
      .filter(({ times }) => times.totalCount > 0)
      .map((slice) => `${x(slice.fromMs).toFixed(1)},${y(of(slice)).toFixed(1)}`);
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}"/>`;
  };
  const grid = [1, 10, 100, 1_000, 10_000].map(
    (ms) =>
      `<text x="5" y="${y(ms * 10) + 4}">${ms} ms</text><line x1="${LEFT}" x2="${WIDTH - 10}" y1="${y(ms * 10)}" y2="${y(ms * 10)}" stroke="#ddd"/>`,
  );
  return `<text x="${LEFT}" y="12">answer times: <tspan fill="#2c7">median</tspan>, <tspan fill="#e90">99 %</tspan>, <tspan fill="#c33">longest</tspan></text>
${grid.join('')}
${line(({ times }) => times.getValueAtPercentile(50), '#2c7')}
${line(({ times }) => times.getValueAtPercentile(99), '#e90')}
${line(({ times }) => times.maxValue, '#c33')}`;
}

function ratePlot(slices: readonly Slice[], sliceMs: number, x: (ms: number) => number): string {
  const { rateTop, rateHeight } = PLOT;
  const perSecond = (count: number) => (count * 1_000) / sliceMs;
  const most = Math.max(1, ...slices.map(({ ok, refused, unknown }) => perSecond(ok + refused + unknown)));
  const bars = slices.map(({ fromMs, ok, refused, unknown }) => {
    let top = rateTop + rateHeight;
    const width = Math.max(0.5, x(fromMs + sliceMs) - x(fromMs) - 0.2).toFixed(1);
    const bar = (count: number, colour: string) => {
      const tall = (perSecond(count) / most) * rateHeight;
      top -= tall;
      return count === 0
        ? ''
        : `<rect x="${x(fromMs).toFixed(1)}" y="${top.toFixed(1)}" width="${width}" height="${tall.toFixed(1)}" fill="${colour}"/>`;
    };
    return bar(ok, '#2c7') + bar(refused, '#aaa') + bar(unknown, '#c33');
  });
  return `<text x="${LEFT}" y="${rateTop - 8}">answers a second, at most ${most.toFixed(0)}: <tspan fill="#2c7">ok</tspan>, <tspan fill="#888">refused</tspan>, <tspan fill="#c33">unknown</tspan></text>
${bars.join('')}`;
}

function secondsAxis(startMs: number, endMs: number, x: (ms: number) => number, height: number): string {
  const stepMs = [5_000, 10_000, 30_000, 60_000, 300_000, 600_000, 3_600_000].find(
    (step) => (endMs - startMs) / step <= 24,
  );
  const marks: string[] = [];
  for (let ms = 0; ms <= endMs - startMs; ms += stepMs ?? 7_200_000)
    marks.push(`<text x="${x(startMs + ms).toFixed(1)}" y="${height - 8}">${ms / 1_000} s</text>`);
  return marks.join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
