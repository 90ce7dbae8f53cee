import { type ReactElement, memo } from "react";
import { formatCount, formatMoney } from "../../base/format";
import { formatDuration } from "../../base/time";
import type { SpanFields } from "../../model/api";
import { kindOf } from "../../model/kinds";
import { type GroupRow, type SpanRow, barOf } from "../../model/waterfall";
import { Duration, GroupFrame, OrphanLine, type RowProps, SpanFrame, isSameRow } from "./cells";

type Stretches = readonly (readonly [from: number, to: number])[];

interface Props extends RowProps {
  readonly from: number;
  readonly to: number;
  readonly nowNs: number | null;
  /** The stretches of the critical path that the span answers for; null while the path is not shown. */
  readonly critical: Stretches | null;
}

/** One line of the waterfall. Rows that look the same as before are not drawn again, whatever arrived. */
export const WaterfallRow = memo(Line, (before, after) =>
  isSameRow(before, after) && before.from === after.from && before.to === after.to && before.critical === after.critical &&
  (before.nowNs === after.nowNs || !isOpen(after)));

function isOpen({ row, tree }: Props): boolean {
  return row.type === "span" && tree.spans[row.at]?.state === "open";
}

function Line(props: Props): ReactElement {
  const { row } = props;
  if (row.type === "orphans") return <OrphanLine {...props} count={row.count} />;
  return row.type === "group" ? <GroupLine {...props} row={row} /> : <SpanLine {...props} row={row} />;
}

function SpanLine(props: Props & { readonly row: SpanRow }): ReactElement {
  const { row, tree, nowNs } = props;
  const span = tree.spans[row.at] as SpanFields;
  // What is lost does not go on: it is drawn as far as the trace is known.
  const known = span.state === "lost" ? tree.endNs : nowNs ?? tree.endNs;
  const end = span.duration_ns === null ? Math.max(known, span.start_ns) : span.start_ns + span.duration_ns;
  return (
    <SpanFrame {...props} grid="span-grid">
      <Track
        {...props} start={span.start_ns} end={end} colour={kindOf(span.kind).colour} failed={span.status === "error"}
        open={span.state === "open" || span.duration_ns === null} faded={span.state === "missing"}
      />
      <span role="gridcell" className="text-right text-muted"><Duration span={span} end={end} /></span>
      <span role="gridcell" className="truncate pr-4 text-right text-muted" title={span.cost === null ? undefined : formatMoney(span.cost)}>{tokensOf(span)}</span>
    </SpanFrame>
  );
}

function GroupLine(props: Props & { readonly row: GroupRow }): ReactElement {
  const { row } = props;
  return (
    <GroupFrame {...props} grid="span-grid">
      <Track {...props} start={row.startNs} end={row.endNs} colour={kindOf(row.kind).colour} failed={row.errors > 0} open={false} faded />
      <span role="gridcell" className="text-right text-muted">{formatDuration(row.endNs - row.startNs)}</span>
      <span role="gridcell"><span className="sr-only">no tokens</span></span>
    </GroupFrame>
  );
}

function Track({ from, to, start, end, colour, failed, open, critical, faded = false }: Props & {
  readonly start: number;
  readonly end: number;
  readonly colour: string;
  readonly failed: boolean;
  readonly open: boolean;
  readonly faded?: boolean;
}): ReactElement {
  const bar = barOf({ from, to }, start, end);
  const isBeside = critical !== null && critical.length === 0;
  return (
    <span role="gridcell" className="relative h-full overflow-hidden">
      {bar && (
        <span
          className={`bar ${open ? "bar-open" : ""} ${failed ? "ring-[1.5px] ring-error-fill ring-inset" : ""} ${faded ? "opacity-45" : ""} ${isBeside ? "opacity-30" : ""}`}
          style={{ left: `min(${bar.left}%, calc(100% - 2px))`, width: `${bar.width}%`, background: `var(${colour})` }}
        />
      )}
      {critical?.map(([since, until]) => {
        const part = barOf({ from, to }, since, until);
        return part && <span key={since} className="bar-critical" style={{ left: `min(${part.left}%, calc(100% - 2px))`, width: `${part.width}%` }} />;
      })}
      {critical !== null && critical.length > 0 && <span className="sr-only">on the critical path</span>}
    </span>
  );
}

function tokensOf(span: SpanFields): string {
  if (span.tokens_input === null && span.tokens_output === null) return "";
  return `${formatCount(span.tokens_input)} / ${formatCount(span.tokens_output)}`;
}
