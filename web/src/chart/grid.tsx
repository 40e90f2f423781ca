/**
 * Apartments by nights, as much of it as is in view. A cell for the cursor, a bar for each run of taken nights:
 * free nights have no nodes. Keys as in the ARIA grid pattern; the choice of nights grows by Shift or by dragging.
 */
import {
  type KeyboardEvent,
  type MouseEvent,
  memo,
  type PointerEvent,
  type RefObject,
  useCallback,
  useImperativeHandle,
  useRef,
  useSyncExternalStore,
} from 'react';
import { t } from '../texts/index.ts';
import { Backdrop } from './backdrop.tsx';
import { barAt } from './bars.ts';
import type { ChartStore } from './chart-store.ts';
import { type Cursor, chosen, moved } from './cursor.ts';
import type { Size } from './geometry.ts';
import { HEAD_PX, HEAD_ROWS, Head } from './head.tsx';
import { Row } from './row.tsx';
import { useCursor } from './use-cursor.ts';
import { type Spot, useView } from './use-view.ts';

/** What the mouse or the cursor is at. */
export interface Pointed {
  readonly id: string;
  readonly night: number;
  /** The bar or the cursor's cell. */
  readonly element: Element;
}

/** Nights of one row that something is to be done with. */
export interface Picked {
  readonly id: string;
  /** Half-open night numbers. */
  readonly from: number;
  readonly to: number;
}

export interface GridHandle {
  /** Scrolls so that this night is the first in view. */
  goTo(night: number): void;
}

interface GridProps {
  readonly store: ChartStore;
  readonly size: Size;
  readonly today: number;
  /** The night to begin with in view. */
  readonly openAt: number;
  readonly describedBy: string;
  readonly historyOf: ((id: string) => string) | undefined;
  readonly onPoint: (pointed: Pointed | undefined) => void;
  readonly onChoose: (picked: Picked) => void;
  readonly onAct: (picked: Picked) => void;
  readonly handle: RefObject<GridHandle | null>;
}

const SCROLL_BAR_PX = 18;

export const Grid = memo(function Grid(props: GridProps) {
  const { store, size, today, onPoint, onAct, onChoose } = props;
  const shown = useSyncExternalStore(store.onShown, store.shown);
  const scroller = useRef<HTMLDivElement>(null);
  const [here, setCursor] = useCursor(shown, Math.max(store.from, Math.min(store.to - 1, today)));
  const view = useView({
    scroller,
    nights: store,
    rows: shown.length,
    size,
    keptRow: here.row,
    openAt: props.openAt,
    onScroll: useCallback(() => onPoint(undefined), [onPoint]),
  });
  const { from, to, namesPx, goTo } = view;
  useImperativeHandle(props.handle, () => ({ goTo }), [goTo]);
  const takesFocus = useRef(false);

  const move = (next: Cursor) => {
    const id = shown[next.row];
    if (id === undefined) return;
    if (next.row === here.row && next.night === here.night)
      cursorIn(scroller.current)?.focus({ preventScroll: true });
    else takesFocus.current = true;
    setCursor(next);
    onChoose({ id, ...chosen(next) });
  };
  const barOf = (id: string | undefined, night: number) =>
    id === undefined ? undefined : barAt(store.row(id)?.bars ?? [], night);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || !(event.target as Element).classList.contains('chart-cursor')) return;
    const id = shown[here.row];
    if (event.key === 'Enter' && id !== undefined) {
      event.preventDefault();
      onAct({ id, ...chosen(here) });
      return;
    }
    if (event.key === 'Escape') onPoint(undefined);
    const next = moved(
      here,
      { key: event.key, shift: event.shiftKey, ctrl: event.ctrlKey || event.metaKey },
      { rows: shown.length, from: store.from, to: store.to, pageRows: view.pageRows() },
    );
    if (next === undefined) return;
    event.preventDefault();
    move(next);
    view.reveal(next);
  };

  const drag = useRef<Spot>(undefined);
  /** The free night that a finger has tapped: the next one in its row is the other end of a choice. */
  const tapped = useRef<{ readonly id: string; readonly night: number }>(undefined);
  const onPointerDown = (event: PointerEvent) => {
    const spot = view.spotAt(event);
    if (spot === undefined || event.button !== 0) return;
    // A finger scrolls; what it taps is a click.
    if (event.pointerType === 'touch') return;
    // The browser would give the focus to what is under the mouse, or start to choose text.
    event.preventDefault();
    const grows = event.shiftKey && spot.row === here.row;
    drag.current = grows ? { row: here.row, night: here.anchor } : spot;
    scroller.current?.setPointerCapture(event.pointerId);
    move({ ...spot, anchor: grows ? here.anchor : spot.night });
  };
  const onPointerMove = (event: PointerEvent) => {
    const start = drag.current;
    if (start !== undefined) {
      const night = view.spotAt(event)?.night;
      if (night !== undefined && night !== here.night) move({ row: start.row, night, anchor: start.night });
      return;
    }
    const spot = view.spotAt(event);
    const id = spot && shown[spot.row];
    const bar = spot && barOf(id, spot.night);
    if (spot === undefined || id === undefined || bar === undefined) return onPoint(undefined);
    const within = `[data-apartment="${CSS.escape(id)}"] [data-from="${bar.from}"]`;
    const element = scroller.current?.querySelector(within);
    onPoint(element ? { id, night: spot.night, element } : undefined);
  };
  const onPointerUp = (event: PointerEvent) => {
    const start = drag.current;
    drag.current = undefined;
    if (start === undefined) return;
    scroller.current?.releasePointerCapture(event.pointerId);
    const id = shown[start.row];
    if (id === undefined) return;
    const picked = { id, ...chosen(here) };
    if (picked.to - picked.from > 1 || barOf(id, start.night) !== undefined) onAct(picked);
  };
  const onClick = (event: MouseEvent) => {
    const isTouch = (event.nativeEvent as globalThis.PointerEvent).pointerType === 'touch';
    const spot = isTouch ? view.spotAt(event) : undefined;
    if (spot === undefined) return;
    const id = shown[spot.row] as string;
    const isTaken = barOf(id, spot.night) !== undefined;
    const first = tapped.current?.id === id && !isTaken ? tapped.current.night : undefined;
    tapped.current = first === undefined && !isTaken ? { id, night: spot.night } : undefined;
    move({ ...spot, anchor: first ?? spot.night });
    if (isTaken) onAct({ id, from: spot.night, to: spot.night + 1 });
  };
  const onDoubleClick = () => {
    const id = shown[here.row];
    if (id !== undefined) onAct({ id, ...chosen(here) });
  };

  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={t.chart.grid}
      aria-rowcount={shown.length + HEAD_ROWS}
      aria-colcount={store.to - store.from + 1}
      aria-multiselectable="true"
      className="chart-scroll"
      // As high as its rows, and a scroll bar; no higher than chart.css says.
      style={{ height: HEAD_PX + shown.length * size.row + SCROLL_BAR_PX }}
      // Without rows there is no cursor to scroll by.
      tabIndex={shown.length === 0 ? 0 : undefined}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerLeave={() => onPoint(undefined)}
      onClick={onClick}
      onDoubleClick={onDoubleClick}
      onFocus={({ target }) => {
        const id = shown[here.row];
        if (target.classList.contains('chart-cursor') && id !== undefined) {
          onPoint({ id, night: here.night, element: target });
        }
      }}
      onBlur={() => onPoint(undefined)}
    >
      <div
        className="chart-canvas"
        role="presentation"
        style={{
          width: namesPx + (store.to - store.from) * size.night,
          height: HEAD_PX + shown.length * size.row,
        }}
      >
        <Head store={store} today={today} from={from} to={to} nightPx={size.night} namesPx={namesPx} />
        <Backdrop
          from={from}
          to={to}
          first={store.from}
          today={today}
          nightPx={size.night}
          namesPx={namesPx}
        />
        <div role="rowgroup">
          {view.rowIndexes.map((index) => {
            const id = shown[index];
            if (id === undefined) return null;
            const isHere = index === here.row;
            return (
              <Row
                key={id}
                store={store}
                id={id}
                rowIndex={index + HEAD_ROWS + 1}
                top={HEAD_PX + index * size.row}
                nightPx={size.night}
                rowPx={size.row}
                namesPx={namesPx}
                from={from}
                to={to}
                cursor={isHere ? here.night : undefined}
                anchor={isHere ? here.anchor : undefined}
                takesFocus={takesFocus}
                describedBy={props.describedBy}
                historyOf={props.historyOf}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
});

const cursorIn = (scroller: HTMLElement | null) => scroller?.querySelector<HTMLElement>('.chart-cursor');
