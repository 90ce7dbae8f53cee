import { type ReactElement, memo } from "react";
import { formatCount, formatMoney } from "../../base/format";
import { formatDuration } from "../../base/time";
import type { SpanFields } from "../../model/api";
import type { Sums } from "../../model/sums";
import type { GroupRow, SpanRow } from "../../model/waterfall";
import { Duration, GroupFrame, OrphanLine, type RowProps, SpanFrame, isSameRow } from "./cells";

interface Props extends RowProps {
  readonly sums: Sums;
  readonly nowNs: number | null;
}

/** One line of the tree: a span and its numbers, without a time axis. */
export const TreeRow = memo(Line, (before, after) => isSameRow(before, after) && before.sums === after.sums && before.nowNs === after.nowNs);

function Line(props: Props): ReactElement {
  const { row } = props;
  if (row.type === "orphans") return <OrphanLine {...props} count={row.count} />;
  return row.type === "group" ? <GroupLine {...props} row={row} /> : <SpanLine {...props} row={row} />;
}

function SpanLine(props: Props & { readonly row: SpanRow }): ReactElement {
  const { row, tree, sums, nowNs } = props;
  const { at } = row;
  const span = tree.spans[at] as SpanFields;
  const end = span.duration_ns === null ? (span.state === "lost" ? tree.endNs : nowNs ?? tree.endNs) : span.start_ns + span.duration_ns;
  const self = sums.self[at] ?? null;
  const cost = sums.cost[at] ?? null;
  return (
    <SpanFrame {...props} grid="tree-grid">
      <Cell><Duration span={span} end={end} /></Cell>
      <Cell>{self === null ? "" : <Share part={self} of={tree.endNs - tree.startNs} />}{self === null ? "" : formatDuration(self)}</Cell>
      <Cell isSum={isSummed(span.tokens_input, sums, at)}>{tokens(sums.input[at])}</Cell>
      <Cell isSum={isSummed(span.tokens_output, sums, at)}>{tokens(sums.output[at])}</Cell>
      <Cell isSum={isSummed(span.cost, sums, at)} last>{cost === null ? "" : formatMoney(String(cost))}</Cell>
    </SpanFrame>
  );
}

function GroupLine(props: Props & { readonly row: GroupRow }): ReactElement {
  const { row, sums } = props;
  const add = (column: readonly (number | null)[]): number | null =>
    row.members.reduce<number | null>((sum, at) => (column[at] === null || column[at] === undefined ? sum : (sum ?? 0) + (column[at] as number)), null);
  const [self, cost] = [add(sums.self), add(sums.cost)];
  return (
    <GroupFrame {...props} grid="tree-grid">
      <Cell>{formatDuration(row.endNs - row.startNs)}</Cell>
      <Cell isSum>{self === null ? "" : formatDuration(self)}</Cell>
      <Cell isSum>{tokens(add(sums.input))}</Cell>
      <Cell isSum>{tokens(add(sums.output))}</Cell>
      <Cell isSum last>{cost === null ? "" : formatMoney(String(cost))}</Cell>
    </GroupFrame>
  );
}

const isSummed = (own: unknown, sums: Sums, at: number): boolean => own === null && sums.isSum[at] === true;

const tokens = (count: number | null | undefined): string => (count === null || count === undefined ? "" : formatCount(count));

/** A number; `isSum` where it is that of the spans below. */
function Cell({ isSum = false, last = false, children }: { readonly isSum?: boolean; readonly last?: boolean; readonly children: React.ReactNode }): ReactElement {
  const isEmpty = children === "";
  return (
    <span role="gridcell" title={isSum && !isEmpty ? "All of the spans below together" : undefined} className={`relative text-right ${last ? "pr-4" : ""} ${isSum ? "text-muted" : ""}`}>
      {isSum && !isEmpty && <span aria-hidden="true" className="pr-1 text-xs">Σ</span>}
      {isEmpty ? <span className="sr-only">none</span> : children}
    </span>
  );
}

/** How much of the trace's time it is, as a bar below the number. */
function Share({ part, of }: { readonly part: number; readonly of: number }): ReactElement {
  return <span aria-hidden="true" className="absolute right-0 -bottom-1 h-[3px] rounded-[1px] bg-control" style={{ width: `${Math.min(100, (part / of) * 100)}%` }} />;
}
