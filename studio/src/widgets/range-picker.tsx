import { type ReactElement, type Ref, useEffect, useId, useImperativeHandle, useRef, useState, useSyncExternalStore } from "react";
import { keepFirst, recallList } from "../base/store";
import { bothZones } from "../base/time";
import { type Zone, zone, zoneName } from "../base/zone";
import { DEFAULT_RANGE, PRESETS, type Range, isLive, isRelative, labelOf, momentOf, parseTyped, shift, zoomOut } from "../model/range";
import { Button, IconButton } from "./button";
import { ClockIcon, LeftIcon, PlayIcon, RightIcon, WiderIcon } from "./icons";

export interface RangeHandle {
  open(): void;
}

interface Props {
  readonly range: Range;
  readonly onChange: (range: Range) => void;
  readonly handle?: Ref<RangeHandle>;
}

const RECENT = "fanlight.ranges";
const MOST_RECENT = 5;

function recentRanges(): readonly Range[] {
  return recallList(RECENT).flatMap((text) => {
    const [from, to] = text.split(" ");
    return from && to ? [{ from, to }] : [];
  });
}

const isPreset = ({ from, to }: Range): boolean => to === "now" && PRESETS.some((preset) => preset.from === from);

/** Remembers each range that is looked at and is no preset: a zoomed one is hard to find again. */
function useRemembered({ from, to }: Range): void {
  useEffect(() => {
    if (!isPreset({ from, to })) keepFirst(RECENT, `${from} ${to}`, MOST_RECENT);
  }, [from, to]);
}

/** The range that slid along last, to go back to when a zoom has frozen time. */
function useLastLive(range: Range): Range {
  const [last, setLast] = useState(isLive(range) ? range : DEFAULT_RANGE);
  if (isLive(range) && (last.from !== range.from || last.to !== range.to)) setLast(range);
  return last;
}

const bothEnds = (range: Range, now = Date.now()): string =>
  [range.from, range.to].map((end) => (end === "now" ? "now" : bothZones(momentOf(end, now) ?? Number.NaN))).join("\n…\n");

/** The time range: presets, a field for anything else, arrows to walk through time, and whether it is live. */
export function RangePicker({ range, onChange, handle }: Props): ReactElement {
  const id = useId();
  const menu = useRef<HTMLDivElement>(null);
  const shown = useSyncExternalStore(zone.watch, zone.get);
  const lastLive = useLastLive(range);
  useRemembered(range);
  useImperativeHandle(handle, () => ({ open: () => menu.current?.showPopover() }), []);
  const live = isLive(range);
  const choose = (next: Range): void => {
    menu.current?.hidePopover();
    onChange(next);
  };
  return (
    <div className="flex shrink-0 items-center" role="group" aria-label="Time range">
      {!live && (
        <Button className="mr-1 border-warn! text-warn!" title="This range does not move: nothing new comes in. Go live again." onClick={() => onChange(lastLive)}>
          <PlayIcon />
          Go live
        </Button>
      )}
      <IconButton label="Earlier" onClick={() => onChange(shift(range, -1, Date.now()))}><LeftIcon /></IconButton>
      <Button popoverTarget={id} className="anchor-range" title={`${bothEnds(range)}\n(t)`}>
        <ClockIcon />
        {labelOf(range)}
        <span className="font-normal text-muted">{shown === "utc" ? "UTC" : shortZone()}</span>
      </Button>
      <IconButton label="Later" disabled={isRelative(range)} onClick={() => onChange(shift(range, 1, Date.now()))}><RightIcon /></IconButton>
      <IconButton label="Twice as long" onClick={() => onChange(zoomOut(range, Date.now()))}><WiderIcon /></IconButton>
      <Menu id={id} menu={menu} range={range} onChoose={choose} />
    </div>
  );
}

/** `GMT+1`, or what the browser calls the zone of the reader now. */
function shortZone(): string {
  const parts = new Intl.DateTimeFormat("en-US", { timeZoneName: "short" }).formatToParts(new Date());
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? zoneName();
}

function Menu({ id, menu, range, onChoose }: {
  readonly id: string;
  readonly menu: Ref<HTMLDivElement>;
  readonly range: Range;
  readonly onChoose: (range: Range) => void;
}): ReactElement {
  const field = useRef<HTMLInputElement>(null);
  const [recent, setRecent] = useState<readonly Range[]>([]);
  return (
    <div
      ref={menu}
      id={id}
      popover="auto"
      aria-label="Time range"
      className="below-range w-72 rounded-lg border border-line bg-raised p-1 text-fg shadow-pop"
      onToggle={(event) => {
        if (event.newState !== "open") return;
        setRecent(recentRanges().filter(({ from, to }) => from !== range.from || to !== range.to));
        field.current?.focus();
      }}
    >
      <TypedRange field={field} onChoose={onChoose} />
      {PRESETS.map(({ from }) => <Choice key={from} range={{ from, to: "now" }} isChosen={from === range.from && range.to === "now"} onChoose={onChoose} />)}
      {recent.length > 0 && (
        <div className="mt-1 border-t border-line pt-1">
          <p className="px-2 py-0.5 text-xs text-muted">Looked at before</p>
          {recent.map((each) => <Choice key={`${each.from} ${each.to}`} range={each} isChosen={false} onChoose={onChoose} />)}
        </div>
      )}
      <ZoneChoice />
    </div>
  );
}

function Choice({ range, isChosen, onChoose }: {
  readonly range: Range;
  readonly isChosen: boolean;
  readonly onChoose: (range: Range) => void;
}): ReactElement {
  return (
    <button
      type="button" aria-current={isChosen} className="flex h-7 w-full items-center rounded px-2 text-left text-sm hover:bg-hover aria-[current=true]:bg-selected"
      onClick={() => onChoose(range)}
    >
      {labelOf(range)}
    </button>
  );
}

const readTyped = (text: string): Range | null => (text.trim() === "" ? null : parseTyped(text, Date.now()));

function TypedRange({ field, onChoose }: { readonly field: Ref<HTMLInputElement>; readonly onChoose: (range: Range) => void }): ReactElement {
  const [text, setText] = useState("");
  const [isWrong, setWrong] = useState(false);
  const read = readTyped(text);
  const send = (): void => {
    if (read === null) return setWrong(true);
    setText("");
    return onChoose(read);
  };
  return (
    <div className="p-2">
      <input
        ref={field}
        type="text"
        aria-label="Type a range"
        aria-invalid={isWrong}
        aria-describedby="typed-range"
        placeholder="3h, yesterday, 2026-11-20 14:00"
        className={`h-7 w-full rounded border bg-bg px-2 text-sm ${isWrong ? "border-error" : "border-control"}`}
        value={text}
        onKeyDown={(event) => event.key === "Enter" && send()}
        onChange={(event) => {
          setText(event.target.value);
          setWrong(false);
        }}
      />
      <p id="typed-range" role="status" className={`pt-1 text-xs ${isWrong ? "text-error" : "text-muted"}`}>
        {isWrong ? "Not a time. Try 90m, today or 2026-11-20 14:00." : read ? `↵ ${labelOf(read)}` : "or two of them: 2026-11-20 14:00 to 15:00"}
      </p>
    </div>
  );
}

const ZONES: readonly Zone[] = ["local", "utc"];

function ZoneChoice(): ReactElement {
  const chosen = useSyncExternalStore(zone.watch, zone.get);
  const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <div role="group" aria-label="Time zone" className="mt-1 grid grid-cols-2 gap-1 border-t border-line p-1 pt-2">
      {ZONES.map((each) => (
        <button
          key={each} type="button" aria-pressed={each === chosen} title={each === "utc" ? "UTC" : own}
          className="h-7 truncate rounded border border-line px-2 text-sm aria-pressed:border-accent aria-pressed:bg-selected" onClick={() => zone.set(each)}
        >
          {each === "utc" ? "UTC" : own}
        </button>
      ))}
    </div>
  );
}
