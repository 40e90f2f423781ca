/** The cursor of a chart whose rows come and go: it stays with its apartment while that is shown. */
import { useState } from 'react';
import type { Cursor } from './cursor.ts';

/** @param shown ids of the rows @param openAt the night it begins at */
export function useCursor(shown: readonly string[], openAt: number): [Cursor, (next: Cursor) => void] {
  const [{ id, ...cursor }, setCursor] = useState<Cursor & { id: string | undefined }>({
    row: 0,
    night: openAt,
    anchor: openAt,
    id: undefined,
  });
  const moved = id === undefined || shown[cursor.row] === id ? cursor.row : shown.indexOf(id);
  const row = Math.min(moved < 0 ? cursor.row : moved, shown.length - 1);
  return [{ ...cursor, row }, (next) => setCursor({ ...next, id: shown[next.row] })];
}
