import { type ReactElement, type Ref, useMemo } from "react";
import { formatDuration } from "../../base/time";
import type { Finding } from "../../model/api";
import type { CriticalPath } from "../../model/critical-path";
import { sumsOf } from "../../model/sums";
import type { Tree } from "../../model/tree";
import { type Row, type View, ticksOf } from "../../model/waterfall";
import { Rows, type RowsHandle } from "../../widgets/rows";
import { TreeRow } from "./TreeRow";
import { WaterfallRow } from "./WaterfallRow";
import { type RowProps, rowId } from "./cells";

const ROW_HEIGHT = 24;
const TICKS = 6;
/** The share of the ruler at its end where a tick's label would be cut. */
const TICK_ROOM = 0.12;

type Stretches = readonly (readonly [from: number, to: number])[];

interface Props {
  readonly tree: Tree;
  readonly rows: readonly Row[];
  /** The present, while the run goes on: open spans reach up to it. */
  readonly nowNs: number | null;
  readonly selectedRow: number;
  readonly matches: readonly number[];
  readonly findings: readonly Finding[];
  readonly handle: Ref<RowsHandle>;
  readonly onChoose: (at: number) => void;
  readonly onToggle: (row: Row) => void;
  readonly onUnwrap: (places: readonly number[]) => void;
}

/** The spans of a trace against time, one row each. */
export function Waterfall({ view, path, ...props }: Props & { readonly view: View; readonly path: CriticalPath | null }): ReactElement {
  const { tree } = props;
  const stretchesOf = useMemo(() => (path ? stretchesByRow(tree, path) : null), [tree, path]);
  return (
    <SpanRows {...props} columns={4} header={<Ruler view={view} start={props.tree.startNs} />}>
      {(row) => (
        <WaterfallRow
          {...row} from={view.from} to={view.to} nowNs={props.nowNs}
          critical={stretchesOf && stretchesOf(row.row)}
        />
      )}
    </SpanRows>
  );
}

/** The stretches that a row answers for: its span's own, and those of all that is folded into it. */
function stretchesByRow(tree: Tree, path: CriticalPath): (row: Row) => Stretches {
  // A row that is drawn again must get the same list again.
  const known = new WeakMap<Row, Stretches>();
  const within = (from: number, to: number): Stretches => {
    const found: (readonly [number, number])[] = [];
    for (let at = from; at < to; at += 1) found.push(...(path.stretches.get(at) ?? []));
    return found;
  };
  return (row) => {
    const before = known.get(row);
    if (before) return before;
    const made = row.type === "orphans" ? [] : row.type === "group"
      ? row.members.flatMap((at) => within(at, row.open ? at + 1 : (tree.end[at] as number)))
      : [...row.wrappers.flatMap((at) => within(at, at + 1)), ...within(row.at, row.open ? row.at + 1 : (tree.end[row.at] as number))];
    known.set(row, made);
    return made;
  };
}

/** The spans of a trace as an indented list with their numbers. */
export function NumberTree(props: Props): ReactElement {
  const sums = useMemo(() => sumsOf(props.tree), [props.tree]);
  return (
    <SpanRows {...props} columns={6} header={<Heads />}>
      {(row) => <TreeRow {...row} sums={sums} nowNs={props.nowNs} />}
    </SpanRows>
  );
}

/** The spans that a row stands for; an open group leaves its members to their own rows. */
function placesOf(row: Row): readonly number[] {
  if (row.type === "span") return [row.at];
  return row.type === "group" && !row.open ? row.members : [];
}

function SpanRows({ tree, rows, selectedRow, matches, findings, handle, onChoose, onToggle, onUnwrap, columns, header, children }: Props & {
  readonly columns: number;
  readonly header: ReactElement;
  readonly children: (props: RowProps) => ReactElement;
}): ReactElement {
  const found = useMemo(() => new Set(matches), [matches]);
  const marks = useMemo(() => new Map(findings.flatMap((finding) => finding.span_ids.map((id) => [id, finding] as const))), [findings]);
  const selected = rows[selectedRow];
  return (
    <Rows
      handle={handle} role="treegrid" label="Spans" className="spans" rowHeight={ROW_HEIGHT} count={rows.length} columns={columns} header={header}
      activeId={selected ? rowId(selected) : undefined}
      render={(index, props) => {
        const row = rows[index];
        return row && children({
          row, tree, selected: index === selectedRow, top: props.style.transform, index: props["aria-rowindex"], onChoose, onToggle, onUnwrap,
          found: row.type === "span" && found.has(row.at),
          finding: marks.size === 0 ? undefined : placesOf(row).map((at) => marks.get(tree.spans[at]?.span_id ?? "")).find(Boolean),
        });
      }}
    />
  );
}

function Ruler({ view, start }: { readonly view: View; readonly start: number }): ReactElement {
  const length = view.to - view.from;
  return (
    <div role="row" aria-rowindex={1} className="span-grid h-7 items-center border-b border-line bg-bg text-xs text-muted">
      <span role="columnheader" className="pl-4">Span</span>
      <span role="columnheader" className="relative h-full overflow-hidden">
        <span className="sr-only">Time</span>
        {ticksOf({ from: view.from - start, to: view.to - (length * TICK_ROOM) - start }, TICKS).map((at) => (
          <span key={at} aria-hidden="true" className="tick absolute inset-y-0 flex items-center border-l border-line pl-1 whitespace-nowrap" style={{ left: `${((at + start - view.from) / length) * 100}%` }}>
            {formatDuration(at)}
          </span>
        ))}
      </span>
      <span role="columnheader" className="text-right">Duration</span>
      <span role="columnheader" className="pr-4 text-right">Tokens</span>
    </div>
  );
}

const HEADS = [["Duration", "From start to end"], ["Self", "Time in which none of its children ran; the bar is its share of the trace"], ["Tokens in", "Its own, or Σ of the spans below"], ["Tokens out", "Its own, or Σ of the spans below"]] as const;

function Heads(): ReactElement {
  return (
    <div role="row" aria-rowindex={1} className="tree-grid h-7 items-center border-b border-line bg-bg text-xs text-muted">
      <span role="columnheader" className="pl-4">Span</span>
      {HEADS.map(([name, title]) => <span key={name} role="columnheader" title={title} className="text-right">{name}</span>)}
      <span role="columnheader" title="Its own, or Σ of the spans below" className="pr-4 text-right">Cost</span>
    </div>
  );
}
