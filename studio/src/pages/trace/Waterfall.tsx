import { type ReactElement, type Ref, useMemo } from "react";
import { formatDuration } from "../../base/time";
import type { Tree } from "../../model/tree";
import { type Row, type View, ticksOf } from "../../model/waterfall";
import { Rows, type RowsHandle } from "../../widgets/rows";
import { WaterfallRow, rowId } from "./WaterfallRow";

export const ROW_HEIGHT = 24;
const TICKS = 6;
/** The share of the ruler at its end where a tick's label would be cut. */
const TICK_ROOM = 0.12;

/** The spans of a trace against time, one row each. */
export function Waterfall({ tree, rows, view, nowNs, selectedRow, matches, handle, onChoose, onToggle, onUnwrap }: {
  readonly tree: Tree;
  readonly rows: readonly Row[];
  readonly view: View;
  /** The present, while the run goes on: open spans reach up to it. */
  readonly nowNs: number | null;
  readonly selectedRow: number;
  readonly matches: readonly number[];
  readonly handle: Ref<RowsHandle>;
  readonly onChoose: (at: number) => void;
  readonly onToggle: (row: Row) => void;
  readonly onUnwrap: (places: readonly number[]) => void;
}): ReactElement {
  const found = useMemo(() => new Set(matches), [matches]);
  const selected = rows[selectedRow];
  return (
    <Rows
      handle={handle}
      role="treegrid"
      label="Spans"
      className="spans"
      rowHeight={ROW_HEIGHT}
      count={rows.length}
      columns={4}
      header={<Ruler view={view} start={tree.startNs} />}
      activeId={selected ? rowId(selected) : undefined}
      render={(index, props) => {
        const row = rows[index];
        return row && (
          <WaterfallRow
            row={row} tree={tree} from={view.from} to={view.to} nowNs={nowNs} selected={index === selectedRow}
            found={row.type === "span" && found.has(row.at)} top={props.style.transform} index={props["aria-rowindex"]}
            onChoose={onChoose} onToggle={onToggle} onUnwrap={onUnwrap}
          />
        );
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
          <span key={at} aria-hidden="true" className="absolute inset-y-0 flex items-center border-l border-line pl-1 whitespace-nowrap" style={{ left: `${((at + start - view.from) / length) * 100}%` }}>
            {formatDuration(at)}
          </span>
        ))}
      </span>
      <span role="columnheader" className="text-right">Duration</span>
      <span role="columnheader" className="pr-4 text-right">Tokens</span>
    </div>
  );
}
