import type { ReactElement, ReactNode } from "react";
import { plural } from "../../base/format";
import { formatDuration } from "../../base/time";
import type { Finding, SpanFields } from "../../model/api";
import { labelOfFinding } from "../../model/findings";
import { type Kind, kindOf } from "../../model/kinds";
import type { Tree } from "../../model/tree";
import { cutAt, plainOf } from "../../model/visible";
import { type GroupRow, INDENT_CAP, type Row, type SpanRow } from "../../model/waterfall";
import { RepeatIcon } from "../../widgets/icons";
import { Visible } from "../../widgets/name";

const INDENT_PX = 14;
const LONGEST_NAME = 300;

/** What a row of spans is made of, whatever the columns behind its name. */
export interface RowProps {
  readonly row: Row;
  readonly tree: Tree;
  readonly selected: boolean;
  readonly found: boolean;
  /** A loop or standstill that shows in this span. */
  readonly finding: Finding | undefined;
  /** The row's place, as a transform. */
  readonly top: string;
  readonly index: number;
  readonly onChoose: (at: number) => void;
  readonly onToggle: (row: Row) => void;
  readonly onUnwrap: (places: readonly number[]) => void;
}

/** Whether two rows look the same, as far as their names go. */
export function isSameRow(before: RowProps, after: RowProps): boolean {
  return before.row === after.row && before.top === after.top && before.selected === after.selected && before.found === after.found && before.finding === after.finding;
}

/** The id of a row's element. */
export function rowId(row: Row): string {
  if (row.type === "orphans") return "span-orphans";
  return row.type === "group" ? `span-group-${row.id.slice(0, -1)}` : `span-${row.at}`;
}

export function OrphanLine({ count, top, index }: RowProps & { readonly count: number }): ReactElement {
  return (
    <div role="row" id="span-orphans" aria-rowindex={index} className="row bg-warn-wash px-4 text-sm text-warn" style={{ transform: top }}>
      <span role="gridcell">! {plural(count, "span")} whose parent has not arrived; shown here until it does</span>
    </div>
  );
}

/** One span: its name, its marks, and what `children` says in further cells. */
export function SpanFrame(props: RowProps & { readonly row: SpanRow; readonly grid: string; readonly children: ReactNode }): ReactElement {
  const { row, tree, finding } = props;
  const span = tree.spans[row.at] as SpanFields;
  const failed = span.status === "error";
  const missing = span.state === "missing";
  const name = missing ? "parent that has not arrived" : cutAt(span.name, LONGEST_NAME);
  const flags = span.flags ?? [];
  return (
    <Frame {...props} label={name} depth={row.depth} below={row.below} open={row.open} choose={row.at}>
      <NameCell {...props} depth={row.depth} below={row.below} open={row.open} kind={kindOf(span.kind)}>
        <span className={`truncate ${failed ? "text-error" : ""} ${missing ? "text-muted italic" : ""} ${props.found ? "rounded bg-warn-wash ring-1 ring-warn" : ""}`}><Visible line text={name} /></span>
        {failed && <span className="text-error" title={plainOf(span.error_type ?? "error", 200)}>✗<span className="sr-only"> error</span></span>}
        {span.state === "lost" && <span className="text-warn" title="Lost: its process went silent before it ended">?<span className="sr-only"> lost</span></span>}
        {flags.length > 0 && <span className="text-warn" title={`On the way in: ${flags.join(", ").replaceAll("_", " ")}`}>!<span className="sr-only"> doubtful</span></span>}
        {finding && <Mark finding={finding} />}
        {!row.open && row.below > 0 && <Count>{row.below}</Count>}
        {row.wrappers.length > 0 && <Wrappers {...props} places={row.wrappers} />}
        {span.has_content && <span className="text-muted" title="Carries messages or input and output" aria-hidden="true">·</span>}
      </NameCell>
      {props.children}
    </Frame>
  );
}

function Mark({ finding }: { readonly finding: Finding }): ReactElement {
  return (
    <span className="inline-flex shrink-0 items-center gap-1 rounded-full bg-warn-wash px-1.5 text-xs text-warn" title={plainOf(finding.statement)}>
      <RepeatIcon />{labelOfFinding(finding)}
    </span>
  );
}

function Wrappers({ places, onUnwrap }: RowProps & { readonly places: readonly number[] }): ReactElement {
  return (
    <button
      type="button"
      tabIndex={-1}
      className="shrink-0 rounded-full bg-soft px-1.5 text-xs text-muted hover:text-fg"
      title={`Show ${plural(places.length, "folded wrapper")}`}
      onClick={(event) => {
        event.stopPropagation();
        onUnwrap(places);
      }}
    >
      +{plural(places.length, "wrapper")}
    </button>
  );
}

/** Repeated siblings as one row. */
export function GroupFrame(props: RowProps & { readonly row: GroupRow; readonly children: ReactNode; readonly grid: string }): ReactElement {
  const { row, finding } = props;
  const name = cutAt(row.name, LONGEST_NAME);
  return (
    <Frame {...props} label={`${row.members.length} × ${name}`} depth={row.depth} below={row.members.length} open={row.open} choose={row.members[0] as number}>
      <NameCell {...props} depth={row.depth} below={row.members.length} open={row.open} kind={kindOf(row.kind)}>
        <span className="truncate"><Visible line text={name} /></span>
        <Count>×{row.members.length.toLocaleString("en-US")}</Count>
        {row.errors > 0 && <span className="text-error">✗{row.errors > 1 ? row.errors : ""}<span className="sr-only"> errors</span></span>}
        {finding && <Mark finding={finding} />}
      </NameCell>
      {props.children}
    </Frame>
  );
}

/** How long a span took; `end` is as far as one that has not ended is known. */
export function Duration({ span, end }: { readonly span: SpanFields; readonly end: number }): ReactElement {
  if (span.state === "lost") return <span className="text-warn">lost</span>;
  if (span.state === "missing") return <span>–</span>;
  if (span.duration_ns === null) return <span className="pulse text-running">{formatDuration(end - span.start_ns)}</span>;
  return <>{formatDuration(span.duration_ns)}</>;
}

function Frame({ row, top, index, selected, grid, label, depth, below, open, choose, onChoose, children }: RowProps & {
  /** The class that lays its columns. */
  readonly grid: string;
  readonly label: string;
  readonly depth: number;
  readonly below: number;
  readonly open: boolean;
  readonly choose: number;
  readonly children: ReactNode;
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
      aria-label={plainOf(label)}
      className={`row ${grid} cursor-default text-sm`}
      style={{ transform: top }}
      onClick={() => onChoose(choose)}
    >
      {children}
    </div>
  );
}

function NameCell({ row, depth, below, open, kind, onToggle, children }: RowProps & {
  readonly depth: number;
  readonly below: number;
  readonly open: boolean;
  readonly kind: Kind;
  readonly children: ReactNode;
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
      <span className="w-3.5 shrink-0 text-center" style={{ color: `var(${kind.colour})` }} title={kind.label} aria-hidden="true">{kind.glyph}</span>
      <span className="sr-only">{kind.label}</span>
      {children}
    </span>
  );
}

function Count({ children }: { readonly children: ReactNode }): ReactElement {
  return <span className="shrink-0 rounded-full bg-soft px-1.5 text-xs text-muted">{children}</span>;
}
