import type { ReactElement } from "react";
import { Link } from "wouter";
import { NONE, formatCount, formatMoney, formatWhole } from "../../base/format";
import { bothZones, formatDuration, parseMillis, shortTime } from "../../base/time";
import type { Run } from "../../model/api";
import { messageOf, statusOf } from "../../model/kinds";
import { elapsedMs } from "../../model/runs";
import type { Tree } from "../../model/tree";
import { AlertIcon } from "../../widgets/icons";
import { Button } from "../../widgets/button";
import { CopyLink, PageHead } from "../../widgets/page-head";

/** What a run came to: how it ended, how long it took, what it cost, and why it failed. */
export function TraceHeader({ project, run, tree, now, onError }: {
  readonly project: string;
  readonly run: Run | null;
  readonly tree: Tree;
  readonly now: number;
  readonly onError: (() => void) | null;
}): ReactElement {
  const root = tree.spans[0];
  const status = statusOf(run?.status ?? (tree.errors.length > 0 ? "error" : "success"));
  const elapsed = run ? elapsedMs(run, now) : (tree.endNs - tree.startNs) / 1e6;
  const started = run ? parseMillis(run.started_at) : Number.NaN;
  return (
    <>
      <PageHead title={<>
        <Link href={`/p/${encodeURIComponent(project)}/runs`} className="text-muted hover:text-fg">Runs</Link>
        <span className="text-muted" aria-hidden="true">/</span>
        <h1 className="truncate text-lg font-semibold">{run?.name || root?.name || "Trace"}</h1>
        <span className={`inline-flex items-center gap-1 rounded-full border border-line px-2 text-sm ${status.colour}`}>
          <span className={run?.status === "running" ? "pulse" : ""} aria-hidden="true">{status.glyph}</span>
          {status.label}
        </span>
        <code className="truncate font-mono text-xs text-muted max-lg:hidden" title={run?.trace_id}>{run?.trace_id.slice(0, 12)}</code>
      </>}>
        <CopyLink link={() => location.href} />
      </PageHead>
      <dl className="flex shrink-0 flex-wrap gap-x-8 gap-y-1 border-b border-line px-4 py-2.5">
        <Fact label="Agent">{run?.agent ?? NONE}</Fact>
        <Fact label="Started"><span title={bothZones(started)}>{run ? shortTime(started, now) : NONE}</span></Fact>
        <Fact label="Duration">{elapsed === null ? NONE : formatDuration(elapsed * 1e6)}</Fact>
        <Fact label="Tokens in / out">{run && (run.tokens.input !== null || run.tokens.output !== null) ? `${formatCount(run.tokens.input)} / ${formatCount(run.tokens.output)}` : NONE}</Fact>
        <Fact label="Cost"><span title={run?.cost.amount === null ? "No price is known for what was reported" : undefined}>{formatMoney(run?.cost.amount, run?.cost.currency)}</span></Fact>
        <Fact label="Models">{run && run.models.length > 0 ? <span className="font-mono text-sm">{run.models.join(", ")}</span> : NONE}</Fact>
        <Fact label="LLM / tool calls">{run ? `${formatWhole(run.llm_count)} / ${formatWhole(run.tool_count)}` : NONE}</Fact>
        <Fact label="Errors"><span className={tree.errors.length > 0 ? "text-error" : ""}>{formatWhole(tree.errors.length)}</span></Fact>
        {run?.session && <Fact label="Session">{run.session}</Fact>}
        {run?.user && <Fact label="User">{run.user}</Fact>}
      </dl>
      {run?.error && (
        <div className="flex shrink-0 items-center gap-2 border-b border-line bg-error-wash px-4 py-1.5">
          <span className="text-error"><AlertIcon /></span>
          <p className="min-w-0 flex-1 truncate" title={run.error.message ?? undefined}>
            {run.error.type && <strong className="font-semibold text-error">{run.error.type} </strong>}
            {messageOf(run.error.type, run.error.message)}
          </p>
          {onError && <Button onClick={onError}>First failing span · e</Button>}
        </div>
      )}
    </>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: React.ReactNode }): ReactElement {
  return (
    <div>
      <dt className="text-xs text-muted">{label}</dt>
      <dd className="font-medium">{children}</dd>
    </div>
  );
}
