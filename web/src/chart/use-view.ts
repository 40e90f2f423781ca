/** Which rows and nights of the chart are in view, and how to bring others there. */
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { CHUNK_NIGHTS, namesPx as namesWidth, type Size } from './geometry.ts';
import { HEAD_PX } from './head.tsx';

/** Rows drawn beyond those in view, on either side. */
const OVERSCAN_ROWS = 4;

export interface Spot {
  readonly row: number;
  /** Night number. */
  readonly night: number;
}

interface ViewOptions {
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** Half-open night numbers of the whole chart. */
  readonly nights: { readonly from: number; readonly to: number };
  readonly rows: number;
  readonly size: Size;
  /** A row that is drawn wherever one looks: scrolling does not take the focus away. */
  readonly keptRow: number;
  /** The night to begin with in view. */
  readonly openAt: number;
  /** Somebody scrolls: what was pointed at is elsewhere. */
  readonly onScroll: () => void;
}

export function useView({ scroller, nights, rows, size, keptRow, openAt, onScroll }: ViewOptions) {
  const { from: first, to: end } = nights;
  const [widthPx, setWidthPx] = useState(1_000);
  const namesPx = namesWidth(widthPx);
  useLayoutEffect(() => {
    const element = scroller.current as HTMLDivElement;
    const observer = new ResizeObserver(() => setWidthPx(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller]);

  const inView = useVirtualizer({
    count: rows,
    getScrollElement: () => scroller.current,
    estimateSize: () => size.row,
    overscan: OVERSCAN_ROWS,
    useFlushSync: false,
    rangeExtractor: useCallback(
      (range: Range) => {
        const indexes = defaultRangeExtractor(range);
        const isMissing = keptRow >= 0 && keptRow < range.count && !indexes.includes(keptRow);
        return isMissing ? [...indexes, keptRow] : indexes;
      },
      [keptRow],
    ),
  });
  const chunks = useVirtualizer({
    horizontal: true,
    count: Math.ceil((end - first) / CHUNK_NIGHTS),
    getScrollElement: () => scroller.current,
    estimateSize: () => size.night * CHUNK_NIGHTS,
    overscan: 1,
    useFlushSync: false,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another size is measured anew.
  useLayoutEffect(() => {
    inView.measure();
    chunks.measure();
  }, [size]);

  const goTo = useCallback(
    (night: number) => {
      if (scroller.current !== null) scroller.current.scrollLeft = (night - first) * size.night;
    },
    [scroller, first, size],
  );
  // Another size keeps the night that was first in view.
  const firstInView = useRef(openAt);
  useLayoutEffect(() => goTo(firstInView.current), [goTo]);
  /** True while the scrolling to be heard of next is that of `reveal`. */
  const reveals = useRef(false);
  useEffect(() => {
    const element = scroller.current as HTMLDivElement;
    const listen = () => {
      firstInView.current = first + element.scrollLeft / size.night;
      if (!reveals.current) onScroll();
      reveals.current = false;
    };
    element.addEventListener('scroll', listen, { passive: true });
    return () => element.removeEventListener('scroll', listen);
  }, [scroller, first, size, onScroll]);

  const heightPx = () => (scroller.current?.clientHeight ?? 0) - HEAD_PX;
  const chunksInView = chunks.getVirtualItems();
  return {
    namesPx,
    rowIndexes: inView.getVirtualItems().map(({ index }) => index),
    /** Half-open night numbers that are drawn. */
    from: first + (chunksInView[0]?.index ?? 0) * CHUNK_NIGHTS,
    to: Math.min(end, first + ((chunksInView.at(-1)?.index ?? -1) + 1) * CHUNK_NIGHTS),
    pageRows: () => Math.max(1, Math.floor(heightPx() / size.row) - 1),
    goTo,
    /** Scrolls no further than is needed to see it whole. */
    reveal({ row, night }: Spot) {
      const element = scroller.current as HTMLDivElement;
      const { scrollTop, scrollLeft } = element;
      const shown = { y: heightPx() - size.row, x: element.clientWidth - namesPx - size.night };
      const at = { y: row * size.row, x: (night - first) * size.night };
      element.scrollTop = Math.min(at.y, Math.max(scrollTop, at.y - shown.y));
      element.scrollLeft = Math.min(at.x, Math.max(scrollLeft, at.x - shown.x));
      reveals.current = element.scrollTop !== scrollTop || element.scrollLeft !== scrollLeft;
    },
    /** What is at a point of the window; undefined over the head, the names and beyond the last row. */
    spotAt({ clientX, clientY }: { clientX: number; clientY: number }): Spot | undefined {
      const element = scroller.current as HTMLDivElement;
      const box = element.getBoundingClientRect();
      const x = clientX - box.left - namesPx;
      const y = clientY - box.top - HEAD_PX;
      const row = Math.floor((y + element.scrollTop) / size.row);
      const night = first + Math.floor((x + element.scrollLeft) / size.night);
      return x < 0 || y < 0 || row >= rows || night >= end ? undefined : { row, night };
    },
  };
}
