import { type ReactElement, memo } from "react";
import { formatCount, formatWhole, plural } from "../../base/format";
import { formatDuration } from "../../base/time";
import type { SpanFields } from "../../model/api";
import { kindOf } from "../../model/kinds";
import type { Tree } from "../../model/tree";
import { type GroupRow, INDENT_CAP, type Row, type SpanRow, barOf } from "../../model/waterfall";

const INDENT_PX = 14;

interface Props {
  readonly row: Row;
  readonly tree: Tree;
  readonly from: number;
  readonly to: number;
  readonly nowNs: number | null;
  readonly selected: boolean;
  readonly found: boolean;
  /** The row's place, as a transform. */
  readonly top: string;
  readonly index: number;
  readonly onChoose: (at: number) => void;
  readonly onToggle: (row: Row) => void;
  readonly onUnwrap: (places: readonly number[]) => void;
}

/** The id of a row's element. */
export function rowId(row: Row): string {
  if (row.type === "orphans") return "span-orphans";
  return row.type === "group" ? `span-group-${row.id.slice(0, -1)}` : `span-${row.at}`;
}

/** One line of the waterfall. Rows that look the same as before are not drawn again, whatever arrived. */
export const WaterfallRow = memo(Line, (before, after) =>
  before.row === after.row && before.top === after.top && before.from === after.from && before.to === after.to &&
  before.selected === after.selected && before.found === after.found && (before.nowNs === after.nowNs || !isOpen(after)));

function isOpen({ row, tree }: Props): boolean {
  return row.type === "span" && tree.spans[row.at]?.state === "open";
}

function Line(props: Props): ReactElement {
  const { row } = props;
  if (row.type === "orphans") return <OrphanLine {...props} count={row.count} />;
  return row.type === "group" ? <GroupLine {...props} row={row} /> : <SpanLine {...props} row={row} />;
}

function OrphanLine({ count, top, index }: Props & { readonly count: number }): ReactElement {
  return (
    <div role="row" id="span-orphans" aria-rowindex={index} className="row bg-warn-wash px-4 text-sm text-warn" style={{ height: 24, transform: top }}>
      <span role="gridcell">! {plural(count, "span")} whose parent has not arrived; shown here until it does</span>
    </div>
  );
}

function SpanLine(props: Props & { readonly row: SpanRow }): ReactElement {
  const { row, tree, from, to, nowNs } = props;
  const span = tree.spans[row.at] as SpanFields;
  const failed = span.status === "error";
  const missing = span.state === "missing";
  const open = span.state === "open" || span.duration_ns === null;
  // What is lost does not go on: it is drawn as far as the trace is known.
  const known = span.state === "lost" ? tree.endNs : nowNs ?? tree.endNs;
  const end = span.duration_ns === null ? Math.max(known, span.start_ns) : span.start_ns + span.duration_ns;
  const name = missing ? "parent that has not arrived" : span.name;
  const kind = kindOf(span.kind);
  return (
    <Frame {...props} label={name} depth={row.depth} below={row.below} open={row.open} choose={row.at}>
      <NameCell {...props} depth={row.depth} below={row.below} open={row.open} glyph={kind.glyph} colour={kind.colour} kindName={kind.label}>
        <span className={`truncate ${failed ? "text-error" : ""} ${missing ? "text-muted italic" : ""} ${props.found ? "rounded bg-warn-wash ring-1 ring-warn" : ""}`}>{name}</span>
        {failed && <span className="text-error" title={span.error_type ?? "error"}>✗<span className="sr-only"> error</span></span>}
        {span.state === "lost" && <span className="text-warn" title="Lost: its process went silent before it ended">?<span className="sr-only"> lost</span></span>}
        {!row.open && row.below > 0 && <Count>{row.below}</Count>}
        {row.wrappers.length > 0 && (
          <button
            type="button"
            tabIndex={-1}
            className="shrink-0 rounded-full bg-soft px-1.5 text-xs text-muted hover:text-fg"
            title={`Show ${plural(row.wrappers.length, "folded wrapper")}`}
            onClick={(event) => {
              event.stopPropagation();
              props.onUnwrap(row.wrappers);
            }}
          >
            +{plural(row.wrappers.length, "wrapper")}
          </button>
        )}
        {span.has_content && <span className="text-muted" title="Carries messages or input and output" aria-hidden="true">·</span>}
      </NameCell>
      <Track from={from} to={to} start={span.start_ns} end={end} colour={kind.colour} failed={failed} open={open} faded={missing} />
      <span role="gridcell" className="text-right text-muted"><Duration span={span} end={end} /></span>
      <span role="gridcell" className="truncate pr-4 text-right text-muted" title={tokensTitle(span)}>{tokensOf(span)}</span>
    </Frame>
  );
}

function Duration({ span, end }: { readonly span: SpanFields; readonly end: number }): ReactElement {
  if (span.state === "lost") return <span className="text-warn">lost</span>;
  if (span.state === "missing") return <span>–</span>;
  if (span.duration_ns === null) return <span className="pulse text-running">{formatDuration(end - span.start_ns)}</span>;
  return <>{formatDuration(span.duration_ns)}</>;
}

function GroupLine(props: Props & { readonly row: GroupRow }): ReactElement {
  const { row, from, to } = props;
  const kind = kindOf(row.kind);
  return (
    <Frame {...props} label={`${row.members.length} × ${row.name}`} depth={row.depth} below={row.members.length} open={row.open} choose={row.members[0] as number}>
      <NameCell {...props} depth={row.depth} below={row.members.length} open={row.open} glyph={kind.glyph} colour={kind.colour} kindName={kind.label}>
        <span className="truncate">{row.name}</span>
        <Count>×{formatWhole(row.members.length)}</Count>
        {row.errors > 0 && <span className="text-error">✗{row.errors > 1 ? row.errors : ""}<span className="sr-only"> errors</span></span>}
      </NameCell>
      <Track from={from} to={to} start={row.startNs} end={row.endNs} colour={kind.colour} failed={row.errors > 0} open={false} faded />
      <span role="gridcell" className="text-right text-muted">{formatDuration(row.endNs - row.startNs)}</span>
      <span role="gridcell"><span className="sr-only">no tokens</span></span>
    </Frame>
  );
}

function Frame({ row, top, index, selected, label, depth, below, open, choose, onChoose, children }: Props & {
  readonly label: string;
  readonly depth: number;
  readonly below: number;
  readonly open: boolean;
  readonly choose: number;
  readonly children: React.ReactNode;
}): ReactElement {
  return (
    // The keyboard reaches rows through the grid's own keys.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      role="row"
      id={rowId(row)}
      aria-rowindex={index}
      aria-level={depth + 1}
      aria-selected={selected}
      aria-expanded={below > 0 ? open : undefined}
      aria-label={label}
      className="row span-grid cursor-default text-sm"
      style={{ height: 24, transform: top }}
      onClick={() => onChoose(choose)}
    >
      {children}
    </div>
  );
}

function NameCell({ row, depth, below, open, glyph, colour, kindName, onToggle, children }: Props & {
  readonly depth: number;
  readonly below: number;
  readonly open: boolean;
  readonly glyph: string;
  readonly colour: string;
  readonly kindName: string;
  readonly children: React.ReactNode;
}): ReactElement {
  const indent = Math.min(depth, INDENT_CAP) * INDENT_PX;
  return (
    <span role="gridcell" className="flex h-full min-w-0 items-center gap-1.5 overflow-hidden pr-2" style={{ paddingLeft: 4 + indent }}>
      {below > 0 ? (
        <button
          type="button"
          tabIndex={-1}
          aria-label={open ? "Fold" : "Open"}
          className="grid h-6 w-5 shrink-0 place-items-center rounded text-muted hover:text-fg"
          onClick={(event) => {
            event.stopPropagation();
            onToggle(row);
          }}
        >
          <span aria-hidden="true" className={`text-[9px] ${open ? "rotate-90" : ""}`}>▶</span>
        </button>
      ) : <span className="w-5 shrink-0" />}
      <span className="w-3.5 shrink-0 text-center" style={{ color: `var(${colour})` }} title={kindName} aria-hidden="true">{glyph}</span>
      <span className="sr-only">{kindName}</span>
      {children}
    </span>
  );
}

function Track({ from, to, start, end, colour, failed, open, faded = false }: {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
  readonly colour: string;
  readonly failed: boolean;
  readonly open: boolean;
  readonly faded?: boolean;
}): ReactElement {
  const bar = barOf({ from, to }, start, end);
  return (
    <span role="gridcell" className="relative h-full overflow-hidden">
      {bar && (
        <span
          className={`bar ${open ? "bar-open" : ""} ${failed ? "ring-[1.5px] ring-error-fill ring-inset" : ""} ${faded ? "opacity-45" : ""}`}
          style={{ left: `min(${bar.left}%, calc(100% - 2px))`, width: `${bar.width}%`, background: `var(${colour})` }}
        />
      )}
    </span>
  );
}

function Count({ children }: { readonly children: React.ReactNode }): ReactElement {
  return <span className="shrink-0 rounded-full bg-soft px-1.5 text-xs text-muted">{children}</span>;
}

function tokensOf(span: SpanFields): string {
  if (span.tokens_input === null && span.tokens_output === null) return "";
  return `${formatCount(span.tokens_input)} / ${formatCount(span.tokens_output)}`;
}

function tokensTitle(span: SpanFields): string | undefined {
  return span.cost === null ? undefined : `$${span.cost}`;
}
