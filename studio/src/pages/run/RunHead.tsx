import type { ReactElement, ReactNode } from "react";
import { Link } from "wouter";
import { NONE, formatCount, formatWhole } from "../../base/format";
import { bothZones, formatDuration, parseMillis, shortTime } from "../../base/time";
import { apiUrl, projectPath } from "../../data/http";
import type { Run } from "../../model/api";
import { costOf } from "../../model/cost";
import { quoteValue } from "../../model/filter";
import { statusOf } from "../../model/kinds";
import { elapsedMs } from "../../model/runs";
import type { Tree } from "../../model/tree";
import { plainOf } from "../../model/visible";
import { Button } from "../../widgets/button";
import { DownloadIcon } from "../../widgets/icons";
import { Name, Visible } from "../../widgets/name";
import { CopyLink, PageHead } from "../../widgets/page-head";
import { CopyMenu } from "./CopyMenu";

/** What a run is and what it came to, in two lines that stand above each of its parts. */
export function RunHead({ project, run, tree, now, onCompare }: {
  readonly project: string;
  readonly run: Run;
  readonly tree: Tree | null;
  readonly now: number;
  readonly onCompare: () => void;
}): ReactElement {
  const status = statusOf(run.status);
  return (
    <>
      <PageHead title={<>
        <Link href={`/p/${encodeURIComponent(project)}/runs`} className="text-muted hover:text-fg">Runs</Link>
        <span className="text-muted" aria-hidden="true">/</span>
        <h1 className="min-w-0 truncate text-lg font-semibold"><Name text={run.name || run.id.slice(0, 12)} className="" /></h1>
        <span role="status" className={`inline-flex shrink-0 items-center gap-1 rounded-full border border-line px-2 text-sm ${status.colour}`}>
          <span className={run.status === "running" ? "pulse" : ""} aria-hidden="true">{status.glyph}</span>
          {status.label}
        </span>
        <code className="truncate font-mono text-xs text-muted max-lg:hidden" title={plainOf(run.id)}><Visible line text={run.id.slice(0, 12)} /></code>
      </>}>
        <CopyMenu project={project} run={run} tree={tree} />
        <a
          href={apiUrl(projectPath(project, `runs/${encodeURIComponent(run.id)}/export`)).href} download
          title="Everything as one HTML file that opens anywhere: secrets masked, no script in it"
          className="inline-flex h-7 shrink-0 items-center gap-1.5 rounded px-2 text-sm font-medium text-muted hover:bg-hover hover:text-fg"
        >
          <DownloadIcon />Export
        </a>
        <Button look="plain" onClick={onCompare} title="Compare with another run (x)">Compare…</Button>
        <CopyLink link={() => location.href} />
      </PageHead>
      <Facts project={project} run={run} now={now} />
    </>
  );
}

function Facts({ project, run, now }: { readonly project: string; readonly run: Run; readonly now: number }): ReactElement {
  const base = `/p/${encodeURIComponent(project)}`;
  const started = parseMillis(run.started_at);
  const elapsed = elapsedMs(run, now);
  const { input, output } = run.tokens;
  return (
    <dl className="flex shrink-0 flex-wrap gap-x-6 gap-y-1 border-b border-line px-4 py-2">
      <Fact label="Agent">{run.agent === null ? NONE : <Linked href={`${base}/agents/${encodeURIComponent(run.agent)}`} text={run.agent} />}</Fact>
      <Fact label="Started"><span title={bothZones(started)}>{shortTime(started, now)}</span></Fact>
      <Fact label="Duration">{elapsed === null ? NONE : `${formatDuration(elapsed * 1e6)}${run.status === "running" ? "…" : ""}`}</Fact>
      <Fact label="Tokens in / out">{input === null && output === null ? NONE : <span title={tokenParts(run)}>{formatCount(input)} / {formatCount(output)}</span>}</Fact>
      <Fact label="Cost"><RunCost run={run} /></Fact>
      <Fact label="Models">{run.models.length === 0 ? NONE : <span className="block max-w-96 truncate font-mono text-sm" title={plainOf(run.providers.join(", "))}><Visible line text={run.models.join(", ")} /></span>}</Fact>
      <Fact label="LLM / tool calls">{formatWhole(run.llm_count)} / {formatWhole(run.tool_count)}</Fact>
      {run.first_token_ms !== null && <Fact label="First token">{formatDuration(run.first_token_ms * 1e6)}</Fact>}
      {run.room !== null && <Fact label="Room"><Linked href={`${base}/rooms/${encodeURIComponent(run.room)}`} text={run.room} /></Fact>}
      {run.session !== null && <Fact label="Session"><Linked href={`${base}/sessions/${encodeURIComponent(run.session)}`} text={run.session} /></Fact>}
      {run.user !== null && <Fact label="User"><Linked href={`${base}/runs?q=${encodeURIComponent(`user:${quoteValue(run.user)}`)}`} text={run.user} /></Fact>}
      {run.id !== run.trace_id && <Fact label="Part of"><Link href={`${base}/traces/${run.trace_id}`} className="underline decoration-line underline-offset-4 hover:decoration-accent">a larger trace</Link></Fact>}
    </dl>
  );
}

function Linked({ href, text }: { readonly href: string; readonly text: string }): ReactElement {
  return <Link href={href} className="inline-block max-w-48 truncate align-bottom underline decoration-line underline-offset-4 hover:decoration-accent"><Name text={text} className="" /></Link>;
}

function RunCost({ run }: { readonly run: Run }): ReactElement {
  const cost = costOf(run.cost, run.tokens);
  const why = [cost.why, ...run.unpriced_reasons].filter(Boolean).join("\n");
  return (
    <span title={why === "" ? undefined : why} className={cost.isUnpriced ? "text-warn" : ""}>
      {cost.text}
      {cost.isPartial && <span className="text-warn"> + {formatCount(run.cost.unpriced_tokens)} tokens unpriced</span>}
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
    <div className="min-w-0">
      <dt className="text-xs text-muted">{label}</dt>
      <dd className="font-medium">{children}</dd>
    </div>
  );
}
