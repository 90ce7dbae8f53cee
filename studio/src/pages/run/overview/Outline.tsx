import { type ReactElement, useMemo } from "react";
import { Link } from "wouter";
import { formatCount, formatMoney, plural } from "../../../base/format";
import { formatDuration } from "../../../base/time";
import type { Run } from "../../../model/api";
import { kindOf } from "../../../model/kinds";
import { runHref } from "../../../model/runs";
import type { Tree } from "../../../model/tree";
import { type GroupRow, type SpanRow, UNFOLDED, layRows } from "../../../model/waterfall";
import { Name, Visible } from "../../../widgets/name";
import { Panel } from "./Panel";

const MOST_ROWS = 40;
const DEEPEST = 3;

/** The steps of a run down to the third level, each with its part of the time. */
export function Outline({ project, run, tree }: { readonly project: string; readonly run: Run; readonly tree: Tree }): ReactElement {
  const rows = useMemo(() => layRows(tree, UNFOLDED).filter((row) => row.type !== "orphans" && row.depth <= DEEPEST), [tree]) as readonly (SpanRow | GroupRow)[];
  const shown = rows.slice(0, MOST_ROWS);
  const href = runHref(project, run.id, "trace");
  const whole = Math.max(1, tree.endNs - tree.startNs);
  const all = <Link className="inline-flex min-h-6 items-center text-accent hover:underline" href={href}>{rows.length > shown.length ? `All ${plural(tree.spans.length, "span")}` : "In the trace"}</Link>;
  return (
    <Panel title="Steps" more={all}>
      <ol data-plain={run.tokens.input === null && run.cost.amount === null ? "" : undefined} className="steps-outline overflow-hidden rounded-lg border border-line py-1">
        {shown.map((row) => row.type === "span"
          ? <StepRow key={tree.spans[row.at]?.span_id} row={row} tree={tree} whole={whole} href={href} />
          : <GroupLine key={row.id} row={row} tree={tree} whole={whole} href={href} />)}
      </ol>
    </Panel>
  );
}

interface LineProps<Row> {
  readonly row: Row;
  readonly tree: Tree;
  readonly whole: number;
  readonly href: string;
}

function StepRow({ row, tree, whole, href }: LineProps<SpanRow>): ReactElement | null {
  const span = tree.spans[row.at];
  if (!span) return null;
  const tokens = span.tokens_input === null && span.tokens_output === null ? "" : `${formatCount(span.tokens_input)} / ${formatCount(span.tokens_output)}`;
  return (
    <Line
      href={`${href}?span=${span.span_id}`} depth={row.depth} kind={span.kind} name={span.name} isError={span.status === "error"} note={span.error_type ?? ""}
      from={(span.start_ns - tree.startNs) / whole} part={span.duration_ns === null ? null : span.duration_ns / whole}
      took={span.duration_ns === null ? "runs…" : formatDuration(span.duration_ns)} tokens={tokens} cost={span.cost === null ? "" : formatMoney(span.cost)}
    />
  );
}

function GroupLine({ row, tree, whole, href }: LineProps<GroupRow>): ReactElement {
  const first = tree.spans[row.members[0] ?? -1];
  return (
    <Line
      href={`${href}?span=${first?.span_id ?? ""}`} depth={row.depth} kind={row.kind} name={`${row.name} ×${row.members.length}`} isError={row.errors > 0} note={row.errors > 0 ? `${row.errors} failed` : ""}
      from={(row.startNs - tree.startNs) / whole} part={(row.endNs - row.startNs) / whole} took={formatDuration(row.endNs - row.startNs)} tokens="" cost=""
    />
  );
}

function Line({ href, depth, kind, name, isError, note, from, part, took, tokens, cost }: {
  readonly href: string;
  readonly depth: number;
  readonly kind: string;
  readonly name: string;
  readonly isError: boolean;
  readonly note: string;
  /** Where its bar begins, in parts of the whole run, and how long it is; null while it runs. */
  readonly from: number;
  readonly part: number | null;
  readonly took: string;
  readonly tokens: string;
  readonly cost: string;
}): ReactElement {
  const { glyph, label, colour } = kindOf(kind);
  const place = { left: `${Math.min(from, 1) * 100}%`, width: `${Math.min(part ?? 1 - from, 1) * 100}%`, background: isError ? "var(--error-fill)" : `var(${colour})` };
  return (
    <li>
      <Link href={href} className="outline-grid h-7 px-3 hover:bg-hover">
        <span className="flex min-w-0 items-center gap-1.5" style={{ paddingLeft: depth * 14 }}>
          <span style={{ color: `var(${colour})` }} title={label} aria-hidden="true">{glyph}</span>
          <Name text={name} className="truncate" />
          {isError && <span className="max-w-[50%] shrink-0 truncate text-sm text-error"><span aria-hidden="true">✗</span><span className="sr-only">failed</span> <Visible line text={note.slice(0, 300)} /></span>}
        </span>
        <span className="relative h-full" aria-hidden="true"><span className={`bar top-[9px]! ${part === null ? "bar-open" : ""}`} style={place} /></span>
        <span className="text-right text-sm">{took}</span>
        <span className="text-right text-sm text-muted">{tokens}</span>
        <span className="text-right text-sm text-muted">{cost}</span>
      </Link>
    </li>
  );
}
