import { type RefObject, useEffect, useRef } from 'react';

/**
 * What goes takes the focus with it, such as the row of a hold that is released; whoever was on it goes on from the
 * title, not from the top of the document.
 * @param count of what may go
 */
export function useFocusKept(title: RefObject<HTMLElement | null>, count: number): void {
  const before = useRef(count);
  useEffect(() => {
    const isFewer = count < before.current;
    before.current = count;
    if (!isFewer) return;
    const frame = requestAnimationFrame(() => {
      const { activeElement } = document;
      if (activeElement === null || activeElement === document.body)
        title.current?.focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(frame);
  }, [count, title]);
}
