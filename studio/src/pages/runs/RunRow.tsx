import type { ReactElement } from "react";
import { Link } from "wouter";
import { NONE, formatCount, formatMoney } from "../../base/format";
import { bothZones, formatDuration, parseMillis, shortTime } from "../../base/time";
import type { Run } from "../../model/api";
import { messageOf, statusOf } from "../../model/kinds";
import { elapsedMs } from "../../model/runs";
import type { RowProps } from "../../widgets/rows";

export const COLUMNS = [
  "Status", "Run", "Agent", "Started", "Duration", "Tokens in / out", "Cost", "Models", "Error",
] as const;

const NUMERIC = new Set(["Duration", "Tokens in / out", "Cost"]);

export function RunHeader(): ReactElement {
  return (
    <div role="row" aria-rowindex={1} className="runs-grid h-7 border-b border-line bg-bg text-sm text-muted">
      {COLUMNS.map((name) => (
        <span key={name} role="columnheader" className={NUMERIC.has(name) ? "text-right" : ""}>
          {name === "Status" ? <span className="sr-only">Status</span> : name}
        </span>
      ))}
    </div>
  );
}

export function RunRow({ run, href, now, selected, props, onSelect }: {
  readonly run: Run;
  readonly href: string;
  readonly now: number;
  readonly selected: boolean;
  readonly props: RowProps;
  readonly onSelect: () => void;
}): ReactElement {
  const status = statusOf(run.status);
  const started = parseMillis(run.started_at);
  const elapsed = elapsedMs(run, now);
  const { input, output } = run.tokens;
  return (
    <div {...props} id={`run-${run.id}`} aria-selected={selected} className="row runs-grid border-b border-soft text-sm">
      <Cell className={`${status.colour} text-center text-base`} title={status.label}>
        <span className={run.status === "running" ? "pulse" : ""} aria-hidden="true">{status.glyph}</span>
        <span className="sr-only">{status.label}</span>
      </Cell>
      <Cell className="font-medium">
        {/* The link covers the row, so that a click anywhere opens it, and a middle click opens a tab. */}
        <Link href={href} onClick={onSelect} tabIndex={-1} className="text-base text-fg after:absolute after:inset-0">
          {run.name || run.id.slice(0, 12)}
        </Link>
      </Cell>
      <Cell className="text-muted">{run.agent ?? NONE}</Cell>
      <Cell className="text-muted" title={bothZones(started)}>{shortTime(started, now)}</Cell>
      <Cell className="text-right">{elapsed === null ? NONE : `${formatDuration(elapsed * 1e6)}${run.status === "running" ? "…" : ""}`}</Cell>
      <Cell className="text-right text-muted">
        {input === null && output === null ? NONE : (
          <><span className="text-fg">{formatCount(input)}</span> / {formatCount(output)}</>
        )}
      </Cell>
      <Cell className="text-right" title={costReason(run)}>{formatMoney(run.cost.amount, run.cost.currency)}</Cell>
      <Cell className="font-mono text-xs text-muted">{run.models.join(", ")}</Cell>
      <Cell className="text-error" title={run.error?.message ?? undefined}>
        {run.error && (run.error.type ?? run.error.message ?? "error")}
        {run.error?.type && run.error.message && <span className="text-muted"> {messageOf(run.error.type, run.error.message)}</span>}
      </Cell>
    </div>
  );
}

function costReason(run: Run): string | undefined {
  if (run.cost.amount === null) {
    return run.cost.unpriced_tokens ? `${run.cost.unpriced_tokens} tokens have no known price` : "No priced model call was reported";
  }
  return run.cost.unpriced_tokens ? `${run.cost.unpriced_tokens} further tokens have no known price` : undefined;
}

function Cell({ className = "", title, children }: {
  readonly className?: string;
  readonly title?: string | undefined;
  readonly children?: React.ReactNode;
}): ReactElement {
  return <span role="gridcell" title={title} className={`truncate ${className}`}>{children}</span>;
}
