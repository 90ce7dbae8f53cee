import { type KeyboardEvent, type PointerEvent, type ReactElement, type ReactNode, useState } from "react";

const MIN = 280;
const STEP = 24;

function stored(key: string, initial: number): number {
  try {
    return Number(localStorage.getItem(key)) || initial;
  } catch {
    return initial;
  }
}

/** Two panels beside each other; the side one can be resized, and its width is remembered under `name`. */
export function Split({ name, initial, main, side }: {
  readonly name: string;
  readonly initial: number;
  readonly main: ReactNode;
  readonly side: ReactNode | null;
}): ReactElement {
  const key = `fanlight.width.${name}`;
  const [width, setWidth] = useState(() => stored(key, initial));
  const resize = (wanted: number): void => {
    const next = Math.round(Math.min(Math.max(MIN, wanted), window.innerWidth * 0.7));
    setWidth(next);
    try {
      localStorage.setItem(key, String(next));
    } catch {
      // Storage can be forbidden; the width then lasts as long as the page.
    }
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const box = event.currentTarget.parentElement?.getBoundingClientRect();
    if (box) resize(box.right - event.clientX);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: STEP, ArrowRight: -STEP }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    resize(width + step);
  };
  return (
    <div className="flex min-h-0 flex-1 border-t border-line">
      <div className="flex min-w-0 flex-1 flex-col">{main}</div>
      {side !== null && (
        <>
          <div
            role="separator"
            aria-orientation="vertical"
            aria-label="Width of the panel"
            aria-valuenow={width}
            aria-valuemin={MIN}
            tabIndex={0}
            className="-mr-1 z-10 w-1 shrink-0 cursor-col-resize touch-none hover:bg-accent focus-visible:bg-accent"
            onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
            onPointerMove={onPointerMove}
            onKeyDown={onKeyDown}
          />
          <aside className="flex min-h-0 shrink-0 flex-col border-l border-line bg-bg" style={{ width }} aria-label="Details">
            {side}
          </aside>
        </>
      )}
    </div>
  );
}
