import { type ReactElement, type Ref, useId, useImperativeHandle, useRef, useState } from "react";
import { PRESETS, type Range, isRelative, labelOf, parseTyped, shift } from "../model/range";
import { Button, IconButton } from "./button";
import { ClockIcon, LeftIcon, RightIcon } from "./icons";

export interface RangeHandle {
  open(): void;
}

/** The time range, with its presets, a field for anything else, and arrows to walk through time. */
export function RangePicker({ range, onChange, handle }: {
  readonly range: Range;
  readonly onChange: (range: Range) => void;
  readonly handle?: Ref<RangeHandle>;
}): ReactElement {
  const id = useId();
  const menu = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [wrong, setWrong] = useState(false);
  useImperativeHandle(handle, () => ({ open: () => menu.current?.showPopover() }), []);

  const choose = (next: Range): void => {
    menu.current?.hidePopover();
    setWrong(false);
    onChange(next);
  };
  const typed = (): void => {
    const found = parseTyped(field.current?.value ?? "", Date.now());
    if (found) choose(found);
    else setWrong(true);
  };
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;

  return (
    <div className="flex items-center">
      <IconButton label="Earlier" onClick={() => onChange(shift(range, -1, Date.now()))}><LeftIcon /></IconButton>
      <Button popoverTarget={id} className="anchor-range" title={`${range.from} to ${range.to}, shown in ${zone}`}>
        <ClockIcon />
        {labelOf(range)}
      </Button>
      <IconButton label="Later" disabled={isRelative(range)} onClick={() => onChange(shift(range, 1, Date.now()))}><RightIcon /></IconButton>
      <div
        ref={menu}
        id={id}
        popover="auto"
        aria-label="Time range"
        className="below-range w-64 rounded-lg border border-line bg-raised p-1 text-fg shadow-pop"
        onToggle={(event) => event.newState === "open" && field.current?.focus()}
      >
        <div className="p-2">
          <input
            ref={field}
            type="text"
            aria-label="Type a range"
            aria-invalid={wrong}
            placeholder="3h, yesterday, 2026-11-20 14:00"
            className={`h-7 w-full rounded border bg-bg px-2 text-sm ${wrong ? "border-error" : "border-control"}`}
            onKeyDown={(event) => event.key === "Enter" && typed()}
            onChange={() => setWrong(false)}
          />
          {wrong && <p className="pt-1 text-sm text-error" role="alert">Not a time. Try 90m, today or 2026-11-20 14:00.</p>}
        </div>
        {PRESETS.map((preset) => (
          <button
            key={preset.from}
            type="button"
            aria-current={preset.from === range.from && range.to === "now"}
            className="flex h-7 w-full items-center rounded px-2 text-left text-sm hover:bg-hover aria-[current=true]:bg-selected"
            onClick={() => choose({ from: preset.from, to: "now" })}
          >
            {preset.label}
          </button>
        ))}
        <p className="border-t border-line px-2 pt-2 pb-1 text-xs text-muted">Times in {zone}</p>
      </div>
    </div>
  );
}
