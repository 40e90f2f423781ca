/** Where the keyboard stands in the chart, and which nights of that row are chosen. */

export interface Cursor {
  /** Index among the rows shown. */
  readonly row: number;
  /** Night number. */
  readonly night: number;
  /** Where the choice of nights began: it reaches from there to `night`, both included. */
  readonly anchor: number;
}

export interface Bounds {
  readonly rows: number;
  /** Half-open night numbers. */
  readonly from: number;
  readonly to: number;
  /** Rows that one page has. */
  readonly pageRows: number;
}

export interface Press {
  readonly key: string;
  readonly shift: boolean;
  readonly ctrl: boolean;
}

/** @returns undefined for a key that moves nothing */
export function moved(cursor: Cursor, { key, shift, ctrl }: Press, bounds: Bounds): Cursor | undefined {
  const first = bounds.from;
  const last = bounds.to - 1;
  const to = (row: number, night: number): Cursor => {
    const inside = clamp(night, first, last);
    // Nights of one row are chosen: another row begins anew.
    const sameRow = clamp(row, 0, bounds.rows - 1);
    return {
      row: sameRow,
      night: inside,
      anchor: shift && sameRow === cursor.row ? cursor.anchor : inside,
    };
  };
  const { row, night } = cursor;
  switch (key) {
    case 'ArrowLeft':
      return to(row, night - (ctrl ? 7 : 1));
    case 'ArrowRight':
      return to(row, night + (ctrl ? 7 : 1));
    case 'ArrowUp':
      return shift ? cursor : to(row - 1, night);
    case 'ArrowDown':
      return shift ? cursor : to(row + 1, night);
    case 'PageUp':
      return shift ? cursor : to(row - bounds.pageRows, night);
    case 'PageDown':
      return shift ? cursor : to(row + bounds.pageRows, night);
    case 'Home':
      return to(ctrl ? 0 : row, first);
    case 'End':
      return to(ctrl ? bounds.rows - 1 : row, last);
    case 'Escape':
      return cursor.anchor === night ? undefined : { ...cursor, anchor: night };
    default:
      return undefined;
  }
}

/** The chosen nights as a half-open range. */
export function chosen({ night, anchor }: Cursor): { readonly from: number; readonly to: number } {
  return { from: Math.min(night, anchor), to: Math.max(night, anchor) + 1 };
}

const clamp = (value: number, least: number, most: number) => Math.max(least, Math.min(most, value));
