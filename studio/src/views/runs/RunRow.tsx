import { Fragment, type ReactElement, type ReactNode } from "react";
import { Link } from "wouter";
import { NONE, formatCount, plural } from "../../base/format";
import { bothZones, formatDuration, parseMillis, shortTime } from "../../base/time";
import type { Finding, Run } from "../../model/api";
import { costOf } from "../../model/cost";
import { quoteValue } from "../../model/filter";
import { labelOfFinding } from "../../model/findings";
import { messageOf, statusOf } from "../../model/kinds";
import { elapsedMs } from "../../model/runs";
import { plainOf } from "../../model/visible";
import { RepeatIcon } from "../../widgets/icons";
import { Visible } from "../../widgets/name";
import type { RowProps } from "../../widgets/rows";
import { Value } from "../../widgets/value";

/** How much of a run is shown: all of it, its outline with tokens and cost, or its outline alone. */
export type Shown = "all" | "usage" | "outline";

const OUTLINE = ["Status", "Run", "Agent", "Started", "Duration"] as const;
const USAGE = ["Tokens in / out", "Cost", "Models"] as const;
const COLUMNS: Readonly<Record<Shown, readonly string[]>> = {
  all: [...OUTLINE, ...USAGE, "Error"],
  usage: [...OUTLINE, ...USAGE],
  outline: OUTLINE,
};

const NUMERIC = new Set(["Duration", "Tokens in / out", "Cost"]);

export function columnCount(shown: Shown): number {
  return COLUMNS[shown].length;
}

export function RunHeader({ shown }: { readonly shown: Shown }): ReactElement {
  return (
    <div role="row" aria-rowindex={1} data-shown={shown} className="runs-grid h-7 border-b border-line bg-bg text-sm text-muted">
      {COLUMNS[shown].map((name) => (
        <span key={name} role="columnheader" className={NUMERIC.has(name) ? "text-right" : ""}>
          {name === "Status" ? <span className="sr-only">Status</span> : name}
        </span>
      ))}
    </div>
  );
}

interface Props {
  readonly run: Run;
  readonly shown: Shown;
  readonly findings: readonly Finding[];
  /** Where the run can be looked into; null when the reader may not. */
  readonly href: string | null;
  readonly now: number;
  readonly selected: boolean;
  /** 0 or 1 where the run is marked as the first or second of a comparison, else -1. */
  readonly mark: number;
  readonly props: RowProps;
  readonly onSelect: () => void;
  readonly onMark: (() => void) | null;
}

export function RunRow({ run, shown, findings, href, now, selected, mark, props, onSelect, onMark }: Props): ReactElement {
  const status = statusOf(run.status);
  const started = parseMillis(run.started_at);
  const elapsed = elapsedMs(run, now);
  const name = run.name || run.id.slice(0, 12);
  return (
    <div {...props} id={`run-${run.id}`} data-shown={shown} aria-selected={selected} className="row runs-grid group border-b border-soft text-sm">
      <Cell className={`${status.colour} text-center text-base`} title={status.label}>
        <span className={run.status === "running" ? "pulse" : ""} aria-hidden="true">{status.glyph}</span>
        <span className="sr-only">{status.label}</span>
      </Cell>
      <Cell className="flex items-center gap-1.5 font-medium">
        {href === null ? <span className="truncate text-base"><Visible line text={name} /></span> : (
          // The link covers the row, so that a click anywhere opens it, and a middle click opens a tab.
          <Link href={href} onClick={onSelect} tabIndex={-1} className="truncate text-base text-fg after:absolute after:inset-0"><Visible line text={name} /></Link>
        )}
        {findings.map((finding) => <FindingMark key={finding.id} finding={finding} />)}
        {onMark && <CompareMark mark={mark} name={name} onMark={onMark} />}
      </Cell>
      <Cell className="text-muted">{run.agent === null ? NONE : <Value term={`agent:${quoteValue(run.agent)}`}><Visible line text={run.agent} /></Value>}</Cell>
      <Cell className="text-muted" title={bothZones(started)}>{shortTime(started, now)}</Cell>
      <Cell className="text-right">{elapsed === null ? NONE : `${formatDuration(elapsed * 1e6)}${run.status === "running" ? "…" : ""}`}</Cell>
      {shown !== "outline" && <UsageCells run={run} />}
      {shown === "all" && (
        <Cell className="text-error" title={run.error?.message ? plainOf(run.error.message) : undefined}>
          {run.error && <Visible line text={(run.error.type ?? run.error.message ?? "error").slice(0, 300)} />}
          {run.error?.type && run.error.message && <span className="text-muted"> <Visible line text={messageOf(run.error.type, run.error.message).slice(0, 300)} /></span>}
        </Cell>
      )}
    </div>
  );
}

/** A loop or standstill that goes on, or did. */
function FindingMark({ finding }: { readonly finding: Finding }): ReactElement {
  return (
    <span title={plainOf(finding.statement)} className={`relative z-10 inline-flex shrink-0 items-center gap-1 rounded-full bg-warn-wash px-1.5 text-xs ${finding.state === "open" ? "text-warn" : "text-muted"}`}>
      <RepeatIcon />
      {labelOfFinding(finding)}
    </span>
  );
}

/** Marks the run for a comparison; the letter says which of the two it is. The keyboard has x. */
function CompareMark({ mark, name, onMark }: { readonly mark: number; readonly name: string; readonly onMark: () => void }): ReactElement {
  const isMarked = mark !== -1;
  return (
    <button
      type="button" tabIndex={-1} aria-pressed={isMarked} aria-label={`Compare ${plainOf(name, 200)}`} title="Mark to compare (x)" onClick={onMark}
      className={`relative z-10 ml-auto grid size-6 shrink-0 place-items-center rounded border text-xs font-semibold ${isMarked ? "border-accent bg-accent text-on-accent" : "border-control bg-bg text-muted opacity-0 group-hover:opacity-100 hover:text-fg"}`}
    >
      {isMarked ? "AB"[mark] : <span aria-hidden="true">⇄</span>}
    </button>
  );
}

function UsageCells({ run }: { readonly run: Run }): ReactElement {
  const { input, output } = run.tokens;
  const cost = costOf(run.cost);
  return (
    <>
      <Cell className="text-right text-muted">
        {input === null && output === null ? NONE : (
          <><span className="text-fg">{formatCount(input)}</span> / {formatCount(output)}</>
        )}
      </Cell>
      <Cell className="text-right" title={cost.why}>
        <span className={cost.isUnpriced ? "text-warn" : ""}>{cost.text}</span>
        {cost.isPartial && <><span className="text-warn" aria-hidden="true">+</span><span className="sr-only"> and {plural(run.cost.unpriced_tokens ?? 0, "token")} unpriced</span></>}
      </Cell>
      <Cell className="font-mono text-xs text-muted">{run.models.map((model, index) => <Fragment key={model}>{index > 0 && ", "}<Value term={`model:${quoteValue(model)}`}><Visible line text={model} /></Value></Fragment>)}</Cell>
    </>
  );
}

function Cell({ className = "", title, children }: {
  readonly className?: string;
  readonly title?: string | undefined;
  readonly children?: ReactNode;
}): ReactElement {
  return <span role="gridcell" title={title} className={`truncate ${className}`}>{children}</span>;
}
