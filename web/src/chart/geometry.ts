/** Sizes of the chart in CSS pixels, by how close one looks. */
export const ZOOMS = ['comfortable', 'compact'] as const;
export type Zoom = (typeof ZOOMS)[number];

export interface Size {
  /** Width of a night and height of a row: at least 24, so that a finger finds it (WCAG 2.2, 2.5.8). */
  readonly night: number;
  readonly row: number;
}

export const SIZES: Record<Zoom, Size> = {
  comfortable: { night: 34, row: 38 },
  compact: { night: 24, row: 26 },
};

/** Heights of the rows above the apartments. */
export const MONTHS_PX = 24;
export const DAYS_PX = 36;
export const TOTAL_PX = 18;

/** Width of the column of names. */
export const namesPx = (chartPx: number): number => (chartPx < 640 ? 120 : 250);

/** Nights that are drawn or left out together, so that scrolling seldom changes what is there. */
export const CHUNK_NIGHTS = 7;
