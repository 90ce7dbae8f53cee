import type { ReactElement, ReactNode } from "react";
import { Link } from "wouter";
import { NONE, formatCount, formatWhole, plural } from "../../base/format";
import { bothZones, formatDuration, parseMillis, shortTime } from "../../base/time";
import type { Failure, Run } from "../../model/api";
import { costOf } from "../../model/cost";
import { messageOf, statusOf } from "../../model/kinds";
import { elapsedMs } from "../../model/runs";
import type { Tree } from "../../model/tree";
import { plainOf } from "../../model/visible";
import { AlertIcon } from "../../widgets/icons";
import { Button } from "../../widgets/button";
import { Name, Visible } from "../../widgets/name";
import { CopyLink, PageHead } from "../../widgets/page-head";
import { FindingLine } from "../../views/failure/FindingLine";

/** What a run came to: how it ended, how long it took, what it cost, and why it failed. */
export function TraceHeader({ project, run, tree, now, failure, whyOpen, onWhy, onError, onSpan }: {
  readonly project: string;
  readonly run: Run | null;
  readonly tree: Tree;
  readonly now: number;
  readonly failure: Failure | null;
  readonly whyOpen: boolean;
  readonly onWhy: () => void;
  readonly onError: (() => void) | null;
  readonly onSpan: (id: string) => void;
}): ReactElement {
  const root = tree.spans[0];
  const status = statusOf(run?.status ?? (tree.errors.length > 0 ? "error" : "success"));
  const elapsed = run ? elapsedMs(run, now) : (tree.endNs - tree.startNs) / 1e6;
  const started = run ? parseMillis(run.started_at) : Number.NaN;
  const hasTokens = run !== null && (run.tokens.input !== null || run.tokens.output !== null);
  return (
    <>
      <PageHead title={<>
        <Link href={`/p/${encodeURIComponent(project)}/runs`} className="text-muted hover:text-fg">Runs</Link>
        <span className="text-muted" aria-hidden="true">/</span>
        <h1 className="min-w-0 truncate text-lg font-semibold"><Visible line text={(run?.name || root?.name || "Trace").slice(0, 300)} /></h1>
        <span className={`inline-flex items-center gap-1 rounded-full border border-line px-2 text-sm ${status.colour}`}>
          <span className={run?.status === "running" ? "pulse" : ""} aria-hidden="true">{status.glyph}</span>
          {status.label}
        </span>
        <code className="truncate font-mono text-xs text-muted max-lg:hidden" title={run?.trace_id}>{run?.trace_id.slice(0, 12)}</code>
      </>}>
        <CopyLink link={() => location.href} />
      </PageHead>
      <dl className="flex shrink-0 flex-wrap gap-x-8 gap-y-1 border-b border-line px-4 py-2.5">
        <Fact label="Agent">{run?.agent ? <Name text={run.agent} className="block max-w-64 truncate" /> : NONE}</Fact>
        <Fact label="Started"><span title={bothZones(started)}>{run ? shortTime(started, now) : NONE}</span></Fact>
        <Fact label="Duration">{elapsed === null ? NONE : formatDuration(elapsed * 1e6)}</Fact>
        <Fact label="Tokens in / out">{run && hasTokens ? <span title={tokenParts(run)}>{formatCount(run.tokens.input)} / {formatCount(run.tokens.output)}</span> : NONE}</Fact>
        <Fact label="Cost">{run ? <RunCost run={run} /> : NONE}</Fact>
        <Fact label="Models">{run && run.models.length > 0 ? <Name text={run.models.join(", ")} className="block max-w-96 truncate font-mono text-sm" /> : NONE}</Fact>
        <Fact label="LLM / tool calls">{run ? `${formatWhole(run.llm_count)} / ${formatWhole(run.tool_count)}` : NONE}</Fact>
        <Fact label="Errors"><span className={tree.errors.length > 0 ? "text-error" : ""}>{formatWhole(tree.errors.length)}</span></Fact>
        {run?.session && <Fact label="Session"><Name text={run.session} className="block max-w-64 truncate" /></Fact>}
        {run?.user && <Fact label="User"><Name text={run.user} className="block max-w-64 truncate" /></Fact>}
      </dl>
      {run?.findings.map((finding) => <FindingLine key={finding.id} finding={finding} onSpan={onSpan} />)}
      {(run?.error || failure?.verdict === "suspicious" || failure?.verdict === "failed") && (
        <div className={`flex shrink-0 items-center gap-2 border-b border-line px-4 py-1.5 ${run?.error ? "bg-error-wash" : "bg-warn-wash"}`}>
          <span className={run?.error ? "text-error" : "text-warn"}><AlertIcon /></span>
          <p className="min-w-0 flex-1 truncate" title={plainOf(run?.error?.message ?? failure?.cause?.statement ?? "")}>
            {run?.error?.type && <strong className="font-semibold text-error"><Visible line text={run.error.type.slice(0, 300)} /> </strong>}
            <Visible line text={(run?.error ? messageOf(run.error.type, run.error.message) : failure?.cause?.statement ?? "").slice(0, 300)} />
          </p>
          {failure && failure.verdict !== "no failure found" && (
            <Button aria-expanded={whyOpen} aria-controls="why" onClick={onWhy}>{whyOpen ? "Hide why" : "Why?"} · i</Button>
          )}
          {onError && <Button onClick={onError}>First failing span · e</Button>}
        </div>
      )}
    </>
  );
}

function RunCost({ run }: { readonly run: Run }): ReactElement {
  const cost = costOf(run.cost);
  return (
    <span title={cost.why} className={cost.isUnpriced ? "text-warn" : ""}>
      {cost.text}
      {cost.isPartial && <span className="text-warn"> + {plural(run.cost.unpriced_tokens ?? 0, "token")} unpriced</span>}
    </span>
  );
}

function tokenParts(run: Run): string | undefined {
  const parts = [["read from cache", run.tokens.cache_read], ["written to cache", run.tokens.cache_write], ["reasoning", run.tokens.reasoning]] as const;
  const told = parts.flatMap(([label, count]) => (count === null ? [] : [`${formatWhole(count)} ${label}`]));
  return told.length === 0 ? undefined : `Of these ${told.join(", ")}`;
}

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactElement {
  return (
    <div>
      <dt className="text-xs text-muted">{label}</dt>
      <dd className="font-medium">{children}</dd>
    </div>
  );
}
