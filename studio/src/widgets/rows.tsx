import {
  type CSSProperties, type KeyboardEvent, type ReactElement, type ReactNode, type Ref, useCallback, useEffect, useImperativeHandle,
  useLayoutEffect, useRef, useState,
} from "react";
import { flushSync } from "react-dom";
import { overscan, slotOf, topShowing, windowAt, windowAtTail } from "../base/window";
import { useRowHeight } from "./density";

/** What a page may ask of its list. */
export interface RowsHandle {
  focus(): void;
  /** Scrolls no further than needed to show row `index`. */
  show(index: number): void;
  toTop(): void;
  toEnd(): void;
  /** Moves the scroll position by this many rows, when rows were put in above. */
  nudge(rows: number): void;
}

export interface RowProps {
  readonly role: "row";
  readonly className: string;
  readonly style: { readonly height: number; readonly transform: string };
  readonly "aria-rowindex": number;
}

interface Props {
  readonly label: string;
  readonly role?: "grid" | "treegrid";
  /** In px, as it normally is: readers may want rows closer together or further apart. */
  readonly rowHeight: number;
  readonly count: number;
  /** Draws row `index` as an element that spreads `props`. */
  readonly render: (index: number, props: RowProps) => ReactNode;
  /** While true the list stands at its end and its rows are computed from there. */
  readonly follow?: boolean;
  readonly header?: ReactNode;
  /** How many columns the header names. */
  readonly columns: number;
  /** The row that stands for the focus, announced by `aria-activedescendant`. */
  readonly activeId?: string | undefined;
  readonly onScroll?: (at: { top: boolean; end: boolean }) => void;
  /** The reader's own wheel, touch or page keys turned away from the end. */
  readonly onTurn?: () => void;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
  readonly handle?: Ref<RowsHandle>;
  readonly className?: string;
}

/**
 * A list of rows of one fixed height, of which only those near the visible part stand in the document. A row
 * keeps its element (its slot) while it stays there.
 */
export function Rows(props: Props): ReactElement {
  const { label, role = "grid", count, render, follow = false, header, columns, activeId } = props;
  const rowHeight = useRowHeight(props.rowHeight);
  const box = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(0);
  const [top, setTop] = useState(0);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const measure = (): void => setHeight(element.clientHeight - (head.current?.offsetHeight ?? 0));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    if (follow && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [follow, count, height]);

  useLayoutEffect(() => {
    if (!follow && box.current) setTop(box.current.scrollTop);
  }, [follow]);

  const onScroll = useCallback(() => {
    const element = box.current;
    if (!element) return;
    // Read before rows move: afterwards each of these would lay the list out at once.
    const { scrollTop, scrollHeight, clientHeight } = element;
    // In the same frame as the scroll itself; a frame later the reader would see the unfilled part. While the
    // list follows its end, its rows do not depend on where it was scrolled to.
    if (!follow) flushSync(() => setTop(scrollTop));
    props.onScroll?.({ top: scrollTop < rowHeight * 4, end: scrollHeight - scrollTop - clientHeight < rowHeight });
  }, [props, rowHeight, follow]);

  useImperativeHandle(props.handle, () => ({
    focus: () => box.current?.focus({ preventScroll: true }),
    show: (index) => {
      const element = box.current;
      if (element) element.scrollTop = topShowing(index, element.scrollTop, height, rowHeight);
    },
    toTop: () => box.current?.scrollTo({ top: 0 }),
    toEnd: () => box.current?.scrollTo({ top: box.current.scrollHeight }),
    nudge: (rows) => {
      if (box.current) box.current.scrollTop += rows * rowHeight;
    },
  }), [height, rowHeight]);

  useTurns(box, props.onTurn);

  const { start, end } = follow ? windowAtTail(height, rowHeight, count) : windowAt(top, height, rowHeight, count);
  const slots = Math.ceil(height / rowHeight) + 1 + 2 * overscan(height, rowHeight);
  const rows: ReactNode[] = [];
  for (let index = start; index < end; index += 1) {
    const transform = `translateY(${index * rowHeight}px)`;
    rows.push(
      <Slot key={slotOf(index, slots)}>
        {render(index, { role: "row", className: "row", style: { height: rowHeight, transform }, "aria-rowindex": index + 2 })}
      </Slot>,
    );
  }
  return (
    // The role is the caller's: grid or treegrid, both of which take keys.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      ref={box}
      role={role}
      aria-label={label}
      aria-rowcount={count + 1}
      aria-colcount={columns}
      aria-activedescendant={activeId}
      aria-live="off"
      tabIndex={0}
      onScroll={onScroll}
      onKeyDown={props.onKeyDown}
      className={`list relative min-h-0 flex-1 overflow-auto overscroll-contain outline-none ${props.className ?? ""}`}
    >
      <div ref={head} role="rowgroup" className="sticky top-0 z-10">
        {header}
      </div>
      <div role="rowgroup" className="relative" style={{ height: count * rowHeight, "--row": `${rowHeight}px` } as CSSProperties} data-rows={`${start}-${end}`}>
        {rows}
      </div>
    </div>
  );
}

function Slot({ children }: { readonly children: ReactNode }): ReactNode {
  return children;
}

const TURNING_KEYS = new Set(["PageUp", "ArrowUp", "Home"]);

/** Tells when the reader turns upwards, whatever the means. */
function useTurns(box: { readonly current: HTMLDivElement | null }, onTurn: (() => void) | undefined): void {
  const latest = useRef(onTurn);
  useEffect(() => {
    latest.current = onTurn;
  });
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const onWheel = (event: WheelEvent): void => {
      if (event.deltaY < 0) latest.current?.();
    };
    const onKey = (event: globalThis.KeyboardEvent): void => {
      if (TURNING_KEYS.has(event.key)) latest.current?.();
    };
    const onTouch = (): void => latest.current?.();
    // The scrollbar belongs to the box itself; rows inside get their own presses.
    const onPointer = (event: PointerEvent): void => {
      if (event.target === element && event.offsetX > element.clientWidth) latest.current?.();
    };
    element.addEventListener("wheel", onWheel, { passive: true });
    element.addEventListener("keydown", onKey);
    element.addEventListener("touchmove", onTouch, { passive: true });
    element.addEventListener("pointerdown", onPointer);
    return () => {
      element.removeEventListener("wheel", onWheel);
      element.removeEventListener("keydown", onKey);
      element.removeEventListener("touchmove", onTouch);
      element.removeEventListener("pointerdown", onPointer);
    };
  }, [box]);
}
