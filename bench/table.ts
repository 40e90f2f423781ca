/** Rows as aligned text: numbers to the right, the columns from `leftFrom` on (and the first) to the left. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  leftFrom = Number.POSITIVE_INFINITY,
): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const firstLeft = leftFrom === Number.POSITIVE_INFINITY;
  const line = (cells: readonly string[]) =>
    widths
      .map((width, column) => {
        const cell = cells[column] ?? '';
        const left = column >= leftFrom || (firstLeft && column === 0);
        return left ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
