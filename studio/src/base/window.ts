/** The maths of fixed-height rows: which of them stand in the document for a scroll position. */

export interface Window {
  /** First row that is drawn. */
  readonly start: number;
  /** One past the last row that is drawn. */
  readonly end: number;
}

/** How many rows beyond the visible ones are drawn on each side: one screen, so that no frame is blank. */
export function overscan(viewport: number, rowHeight: number): number {
  return Math.max(8, Math.ceil(viewport / rowHeight));
}

/** The rows to draw when the list is scrolled to `top`. */
export function windowAt(top: number, viewport: number, rowHeight: number, count: number): Window {
  const extra = overscan(viewport, rowHeight);
  const visible = Math.ceil(viewport / rowHeight) + 1;
  const first = Math.min(Math.max(0, Math.floor(top / rowHeight)), Math.max(0, count - visible));
  return { start: Math.max(0, first - extra), end: Math.min(count, first + visible + extra) };
}

/**
 * The rows to draw when the list follows its tail. Computed from the tail alone: the scroll position is only
 * known after layout, one frame too late for a list that grows every frame.
 */
export function windowAtTail(viewport: number, rowHeight: number, count: number): Window {
  const visible = Math.ceil(viewport / rowHeight) + 1;
  return { start: Math.max(0, count - visible - overscan(viewport, rowHeight)), end: count };
}

/**
 * A row's slot. Rows keep their slot while they stay in the window, so scrolling by one row changes one
 * element of the document instead of all of them.
 */
export function slotOf(index: number, slots: number): number {
  return index % slots;
}

/** The scroll position nearest to `top` at which row `index` is wholly visible. */
export function topShowing(index: number, top: number, viewport: number, rowHeight: number): number {
  const rowTop = index * rowHeight;
  if (rowTop < top) return rowTop;
  if (rowTop + rowHeight > top + viewport) return rowTop + rowHeight - viewport;
  return top;
}
