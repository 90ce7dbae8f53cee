import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type ReactElement, useRef } from "react";
import { agentRunsQuery } from "../../data/agents";
import { failureOf, isMissing } from "../../data/failure";
import { useRange, useUrlState } from "../../data/hooks";
import { rereading } from "../../data/reading";
import { useRefresh } from "../../data/refresh";
import { useMay } from "../../data/session";
import { revenueQuery } from "../../data/usage";
import { AGENT_COLUMNS, agentsCsv, rowsOf, sortRows } from "../../model/agents";
import { frozenLink } from "../../model/link";
import type { Range } from "../../model/range";
import { oneOf } from "../../model/usage";
import { CsvButton } from "../../widgets/csv-button";
import { useKeys } from "../../widgets/keys";
import { CopyLink, PageHead } from "../../widgets/page-head";
import { RangePicker, type RangeHandle } from "../../widgets/range-picker";
import { Empty, ErrorBox, SkeletonRows } from "../../widgets/states";
import { AgentTable } from "./AgentTable";

const A_DAY: Range = { from: "now-24h", to: "now" };

/** Every agent that was heard of, with what its runs of a time came to. */
export function AgentsPage({ project }: { readonly project: string }): ReactElement {
  const { params, change } = useUrlState();
  const { range, setRange } = useRange(A_DAY);
  const picker = useRef<RangeHandle>(null);
  const mayRead = useMay(project, "read");
  const mayBill = useMay(project, "bill");
  const sort = oneOf(AGENT_COLUMNS, params.get("sort")) ?? "runs";
  const found = useQuery({ ...agentRunsQuery(project, range), placeholderData: keepPreviousData, ...rereading(range) });
  const earned = useQuery({ ...revenueQuery(project, range, "agent", ""), placeholderData: keepPreviousData, enabled: mayBill, ...rereading(range) });
  useRefresh(mayRead ? "runs" : "", ["agents", project, "runs"]);
  const link = (): string => frozenLink(location.href, Date.now(), A_DAY);
  useKeys("Agents", [
    { keys: "t", label: "Time range", run: () => picker.current?.open() },
    { keys: "y", label: "Copy link", run: () => void navigator.clipboard?.writeText(link()) },
  ]);
  const { data, error } = found;
  const rows = data && sortRows(rowsOf(data.items, earned.data?.items), sort);
  return (
    <>
      <PageHead title={<><h1 className="text-lg font-semibold">Agents</h1>{rows && <span className="text-muted">{rows.length}</span>}</>}>
        {rows && rows.length > 0 && <CsvButton name={`${project}-agents`} text={() => agentsCsv(rows)} />}
        <CopyLink link={link} />
        <RangePicker handle={picker} range={range} onChange={setRange} />
      </PageHead>
      {!data && error && !isMissing(error) && <ErrorBox failure={failureOf("The agents could not be read", error)} onRetry={() => void found.refetch()} />}
      {!data && !error && <SkeletonRows count={12} height={36} />}
      {(rows?.length === 0 || (error && isMissing(error))) && (
        <Empty title="No agent yet">
          <p>An agent is known when a span names one: <code>gen_ai.agent.name</code> of OpenTelemetry, or what its framework calls it.</p>
        </Empty>
      )}
      {rows && rows.length > 0 && (
        <div className={`min-h-0 flex-1 overflow-auto p-4 ${found.isPlaceholderData ? "opacity-60" : ""}`}>
          <AgentTable project={project} rows={rows} range={range} sort={sort} mayBill={mayBill} onSort={(column) => change({ sort: column === "runs" ? null : column }, "push")} />
          {data?.next && <p className="pt-2 text-warn">There are more agents than are shown.</p>}
        </div>
      )}
    </>
  );
}
