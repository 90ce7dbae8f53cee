import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type ReactElement, useRef } from "react";
import { Link } from "wouter";
import { agentQuery, agentRunsQuery } from "../../data/agents";
import { failureOf, filterProblemOf, isMissing } from "../../data/failure";
import { useRange, useUrlState } from "../../data/hooks";
import { rereading } from "../../data/reading";
import { useRefresh } from "../../data/refresh";
import { useMay } from "../../data/session";
import { revenueQuery } from "../../data/usage";
import { priceTag } from "../../model/agents";
import type { Agent } from "../../model/api";
import { addTerm, quoteValue } from "../../model/filter";
import { filteredPlace, frozenLink, placeOf } from "../../model/link";
import type { Range } from "../../model/range";
import { compareHref } from "../../model/runs";
import { FilterLine } from "../../views/filter/FilterLine";
import { RunTableOf } from "../../views/runs/RunTable";
import { useRunList } from "../../views/runs/useRunList";
import type { FilterHandle } from "../../widgets/filter-bar";
import { useKeys } from "../../widgets/keys";
import { WholeName } from "../../widgets/name";
import { CopyLink, PageHead } from "../../widgets/page-head";
import { RangePicker, type RangeHandle } from "../../widgets/range-picker";
import { Empty, ErrorBox, SkeletonRows } from "../../widgets/states";
import { Moment } from "../../widgets/table";
import { AgentFigures } from "./AgentFigures";
import { AgentTools } from "./AgentTools";

const A_DAY: Range = { from: "now-24h", to: "now" };

/** One agent: what its runs of a time came to, which of its tools fail, its versions and its runs. */
export function AgentPage({ project, agent: name }: { readonly project: string; readonly agent: string }): ReactElement {
  const { range, setRange } = useRange(A_DAY);
  const picker = useRef<RangeHandle>(null);
  const agent = useQuery(agentQuery(project, name));
  const mayAdmin = useMay(project, "admin");
  const link = (): string => frozenLink(location.href, Date.now(), A_DAY);
  useKeys("Agent", [
    { keys: "t", label: "Time range", run: () => picker.current?.open() },
    { keys: "y", label: "Copy link", run: () => void navigator.clipboard?.writeText(link()) },
  ]);
  const title = (
    <>
      <Link href={placeOf(project, "agents", { from: range.from, to: range.to === "now" ? null : range.to })} className="text-muted hover:text-fg hover:underline">Agents</Link>
      <span className="text-muted" aria-hidden="true">/</span>
      <h1 className="min-w-0 truncate text-lg font-semibold"><WholeName text={name} /></h1>
    </>
  );
  return (
    <>
      <PageHead title={title}>
        {mayAdmin && <Link href={placeOf(project, "settings/environment", { agent: name })} className="flex h-7 items-center rounded px-2 text-sm font-medium text-muted hover:bg-hover hover:text-fg">Environment</Link>}
        <CopyLink link={link} />
        <RangePicker handle={picker} range={range} onChange={setRange} />
      </PageHead>
      {agent.data && <Known project={project} agent={agent.data} range={range} setRange={setRange} />}
      {!agent.data && agent.error && (isMissing(agent.error) ? (
        <Empty title="There is no such agent"><p>None of this name was heard of in this project. <Link href={placeOf(project, "agents")} className="text-accent underline">All agents</Link></p></Empty>
      ) : <ErrorBox failure={failureOf("The agent could not be read", agent.error)} onRetry={() => void agent.refetch()} />)}
      {agent.isPending && <SkeletonRows count={12} height={32} />}
    </>
  );
}

function Known({ project, agent, range, setRange }: {
  readonly project: string;
  readonly agent: Agent;
  readonly range: Range;
  readonly setRange: (range: Range) => void;
}): ReactElement {
  const { params, change } = useUrlState();
  const filter = useRef<FilterHandle>(null);
  const mayBill = useMay(project, "bill");
  const q = params.get("q") ?? "";
  const own = `agent:${quoteValue(agent.name)}`;
  const list = useRunList(project, q === "" ? own : addTerm(q, own), range);
  const agents = useQuery({ ...agentRunsQuery(project, range), placeholderData: keepPreviousData, ...rereading(range) });
  const earned = useQuery({ ...revenueQuery(project, range, "agent", ""), placeholderData: keepPreviousData, enabled: mayBill, ...rereading(range) });
  useRefresh("runs", ["agents", project, "runs"]);
  useKeys("Agent", [{ keys: "/", label: "Filter its runs", run: () => filter.current?.focus() }]);
  const newest = list.runs.find(({ status }) => status !== "running");
  return (
    <>
      <div className="max-h-[55%] shrink-0 overflow-y-auto border-b border-line px-4 py-3">
        <div className="grid gap-4">
          <AgentFigures
            project={project} range={range} activity={agents.data?.items.find(({ name }) => name === agent.name)?.activity ?? null} own={own}
            earned={earned.data?.items.find(({ key }) => key === agent.name)} isLoading={agents.isPending}
          />
          <div className="flex flex-wrap items-center gap-x-6 gap-y-1 text-muted">
            {agent.pricing && <span>Price tag <b className="font-medium text-fg">{priceTag(agent.pricing)}</b></span>}
            <Versions agent={agent} />
            <span>first heard of <Moment at={agent.first_seen_at} />, last <Moment at={agent.last_seen_at} /></span>
            {newest && <Link href={compareHref(project, newest.id, "median")} className="font-medium text-accent hover:underline">Compare the newest run with its median</Link>}
            <Link href={filteredPlace(project, "usage/cost", own, range)} className="font-medium text-accent hover:underline">Its usage</Link>
          </div>
          <AgentTools project={project} own={own} range={range} />
        </div>
      </div>
      <div className="flex items-start gap-2 px-4 py-2">
        <FilterLine
          project={project} noun="runs" range={range} handle={filter} value={q} problem={filterProblemOf(list.query.error, q)} placeholder="Filter its runs: status:error cost:>0.1"
          onChange={(next) => change({ q: next }, "push")}
        />
      </div>
      <RunTableOf project={project} list={list} onFilter={(next) => change({ q: next === own ? null : next }, "push")} onRange={setRange} empty={<NoRunOf q={q} onAll={() => change({ q: null }, "push")} onMonth={() => setRange({ from: "now-30d", to: "now" })} />} />
    </>
  );
}

function NoRunOf({ q, onAll, onMonth }: { readonly q: string; readonly onAll: () => void; readonly onMonth: () => void }): ReactElement {
  return (
    <Empty title={q === "" ? "It had no run in this time range" : "None of its runs passes this filter"}>
      {q !== "" && <button type="button" className="min-h-6 text-accent underline" onClick={onAll}>Without the filter</button>}
      <button type="button" className="min-h-6 text-accent underline" onClick={onMonth}>Look back 30 days</button>
    </Empty>
  );
}

/** What was published of it here, the newest first. */
function Versions({ agent }: { readonly agent: Agent }): ReactElement | null {
  const [newest] = agent.versions;
  if (!newest) return null;
  return (
    <details className="relative">
      <summary className="min-h-6 cursor-pointer">Version <b className="font-medium text-fg">{newest.version}</b>{agent.versions.length > 1 && ` of ${agent.versions.length}`}</summary>
      <ul className="absolute z-30 mt-1 grid min-w-72 gap-1 rounded-lg border border-line bg-raised p-3 shadow-pop" aria-label="Versions">
        {agent.versions.map(({ version, published_by, created_at }) => (
          <li key={version} className="flex gap-3"><b className="min-w-16 font-medium text-fg">{version}</b><span className="flex-1 truncate">{published_by}</span><Moment at={created_at} /></li>
        ))}
      </ul>
    </details>
  );
}
