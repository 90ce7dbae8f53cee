import { type KeyboardEvent, type MouseEvent, type ReactElement, useId, useMemo, useRef, useState } from "react";
import { formatWhole } from "../base/format";
import { type JsonRow, type Touched, findJson, layJson, touchAll } from "../model/json-rows";
import { cutAt, plainOf } from "../model/visible";
import { Button, IconButton } from "./button";
import { CopyIcon } from "./icons";
import { Visible } from "./name";
import { Rows, type RowsHandle } from "./rows";
import { Finder, Marked, WholeText } from "./whole-text";

const ROW = 22;
const INDENT = 14;
const INDENT_CAP = 20;
const PREVIEW = 300;

const NOTHING_TOUCHED: Touched = new Map();

const asText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value, null, 2));

/** Does what a button in a row is for, and not what a click on the row is for. */
function within(event: MouseEvent, run: () => void): void {
  event.stopPropagation();
  run();
}

const copy = (text: string): void => void navigator.clipboard?.writeText(text);

/** Data of any size as a tree: only the visible rows are in the document, it can be searched, and any part of it copied. */
export function JsonView({ value, fills = false }: {
  readonly value: unknown;
  /** Whether it takes the height that is there; otherwise it has a height of its own. */
  readonly fills?: boolean;
}): ReactElement {
  const [touched, setTouched] = useState(NOTHING_TOUCHED);
  const [wanted, setWanted] = useState("");
  const [place, setPlace] = useState(0);
  const [chosen, setChosen] = useState("$");
  const [whole, setWhole] = useState<JsonRow | null>(null);
  const list = useRef<RowsHandle>(null);
  const id = useId();
  const { rows, truncated } = useMemo(() => layJson(value, touched), [value, touched]);
  const matches = useMemo(() => findJson(value, wanted), [value, wanted]);
  const at = rows.findIndex(({ path }) => path === chosen);

  const toggle = (row: JsonRow, open = !row.open): void => setTouched(new Map([...touched, [row.path, open]]));
  const show = (index: number, found = matches): void => {
    const match = found[index];
    if (!match) return;
    const opened = new Map([...touched, ...match.above.map((path) => [path, true] as const)]);
    setPlace(index);
    setTouched(opened);
    setChosen(match.path);
    const row = layJson(value, opened).rows.findIndex(({ path }) => path === match.path);
    // The list grows in this render: it is scrolled when its new height is laid.
    requestAnimationFrame(() => list.current?.show(row));
  };
  const find = (text: string): void => {
    setWanted(text);
    show(0, findJson(value, text));
  };
  const step = (by: 1 | -1): void => show((matches.length + place + by) % Math.max(1, matches.length));
  const choose = (row: JsonRow): void => {
    setChosen(row.path);
    if (row.size > 0) toggle(row);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const done = press(event.key, rows, at, { move: setChosen, toggle, open: setWhole });
    if (done === null) return;
    event.preventDefault();
    event.stopPropagation();
    list.current?.show(done);
  };

  return (
    <div className={`flex min-h-0 flex-col font-sans ${fills ? "h-full" : "rounded-md border border-line"}`} style={fills ? undefined : { height: Math.min(420, 42 + (rows.length + 1) * ROW) }}>
      <div className="flex h-9 shrink-0 items-center gap-1 border-b border-soft px-1.5">
        <Finder wanted={wanted} count={matches.length} place={place} onWanted={find} onStep={step} />
        <span className="flex-1" />
        <Button look="plain" onClick={() => setTouched(touchAll(value, true))}>Expand all</Button>
        <Button look="plain" onClick={() => setTouched(touchAll(value, false))}>Collapse</Button>
        <IconButton label="Copy all" onClick={() => copy(asText(value))}><CopyIcon /></IconButton>
      </div>
      {truncated && <p className="px-2 py-1 text-sm text-warn">Only the first {formatWhole(rows.length)} rows are shown.</p>}
      <Rows
        handle={list} role="treegrid" label="Data" rowHeight={ROW} count={rows.length} columns={1}
        activeId={at === -1 ? undefined : `${id}-${at}`} onKeyDown={onKeyDown} header={<Head />}
        render={(index, props) => {
          const row = rows[index];
          return row && (
            // The keyboard reaches rows through the grid's own keys.
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
            <div
              {...props} role="row" id={`${id}-${index}`} aria-level={row.depth + 1} aria-selected={index === at} aria-expanded={row.size > 0 ? row.open : undefined}
              className="group row cursor-default font-mono text-sm" onClick={() => choose(row)}
            >
              <Line row={row} wanted={wanted} onWhole={() => setWhole(row)} />
            </div>
          );
        }}
      />
      {whole && <WholeText text={asText(whole.value)} title={whole.path} onClose={() => setWhole(null)} />}
    </div>
  );
}

function Head(): ReactElement {
  return <div role="row" aria-rowindex={1} className="sr-only"><span role="columnheader">Value</span></div>;
}

interface Deeds {
  readonly move: (path: string) => void;
  readonly toggle: (row: JsonRow, open: boolean) => void;
  readonly open: (row: JsonRow) => void;
}

/** Does what a key asks for; the row to show then, or null when the key means nothing here. */
function press(key: string, rows: readonly JsonRow[], at: number, { move, toggle, open }: Deeds): number | null {
  const row = rows[at];
  const go = (to: number): number | null => {
    const next = rows[to];
    if (next) move(next.path);
    return next ? to : null;
  };
  switch (key) {
    case "ArrowDown": return go(at + 1) ?? at;
    case "ArrowUp": return go(at - 1) ?? at;
    case "Home": return go(0);
    case "End": return go(rows.length - 1);
    case "ArrowRight":
      if (row && row.size > 0 && !row.open) toggle(row, true);
      else return go(at + 1) ?? at;
      return at;
    case "ArrowLeft":
      if (row?.open) toggle(row, false);
      else return go(rows.findLastIndex(({ depth }, index) => index < at && depth < (row?.depth ?? 0))) ?? at;
      return at;
    case "Enter":
      if (row && row.size > 0) toggle(row, !row.open);
      else if (row) open(row);
      return at;
    default: return null;
  }
}

function Line({ row, wanted, onWhole }: { readonly row: JsonRow; readonly wanted: string; readonly onWhole: () => void }): ReactElement {
  const { path, depth, key, inList, value, size, open } = row;
  return (
    <span role="gridcell" className="flex h-full w-full min-w-0 items-center gap-1.5 pr-1" style={{ paddingLeft: 6 + Math.min(depth, INDENT_CAP) * INDENT }}>
      <span aria-hidden="true" className="w-3 shrink-0 text-[9px] text-muted">{size > 0 ? (open ? "▼" : "▶") : ""}</span>
      {key !== null && <span className={`max-w-[45%] shrink-0 truncate ${inList ? "text-muted" : ""}`}>{inList ? key : <Marked text={cutAt(key, PREVIEW)} wanted={wanted} />}<span className="text-muted">:</span></span>}
      <Leaf value={value} size={size} wanted={wanted} onWhole={onWhole} />
      <span className="absolute right-0 flex h-full items-center bg-hover opacity-0 group-hover:opacity-100 group-aria-selected:bg-selected group-aria-selected:opacity-100">
        {/* Two sorts of copying: what stands there, and where it stands. */}
        <Button look="plain" tabIndex={-1} className="h-6! px-1!" title={`Copy the path ${plainOf(path, PREVIEW)}`} onClick={(event) => within(event, () => copy(path))}>path</Button>
        <Button look="plain" tabIndex={-1} className="h-6! px-1!" title="Copy the value" onClick={(event) => within(event, () => copy(asText(value)))}>value</Button>
      </span>
    </span>
  );
}

function Leaf({ value, size, wanted, onWhole }: { readonly value: unknown; readonly size: number; readonly wanted: string; readonly onWhole: () => void }): ReactElement {
  if (size >= 0) {
    const isList = Array.isArray(value);
    return <span className="text-muted">{isList ? "[" : "{"}{size === 0 ? "" : ` ${formatWhole(size)} ${isList ? "item" : "field"}${size === 1 ? "" : "s"} `}{isList ? "]" : "}"}</span>;
  }
  if (typeof value !== "string") return <span className="text-accent">{String(value)}</span>;
  const isLong = value.length > PREVIEW || value.includes("\n");
  return (
    <span className="flex min-w-0 items-center gap-1.5">
      <span className="min-w-0 truncate">"{wanted === "" ? <Visible line text={cutAt(value, PREVIEW)} /> : <Marked text={cutAt(value, PREVIEW)} wanted={wanted} />}"</span>
      {isLong && (
        <button type="button" tabIndex={-1} className="h-full shrink-0 font-sans text-accent hover:underline" onClick={(event) => within(event, onWhole)}>
          all {formatWhole(value.length)}
        </button>
      )}
    </span>
  );
}
