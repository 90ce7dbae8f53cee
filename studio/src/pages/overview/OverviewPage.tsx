import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useRef } from "react";
import { isMissing } from "../../data/failure";
import { useRange } from "../../data/hooks";
import { useRefresh } from "../../data/refresh";
import { statsQuery } from "../../data/reads";
import { useMay, useSession } from "../../data/session";
import { frozenLink } from "../../model/link";
import type { Range } from "../../model/range";
import { FirstRun } from "../../views/runs/NoRuns";
import { SampledNote } from "../../views/sampling/SampledNote";
import { useKeys } from "../../widgets/keys";
import { CopyLink, PageHead } from "../../widgets/page-head";
import { RangePicker, type RangeHandle } from "../../widgets/range-picker";
import { Attention } from "./Attention";
import { BudgetPanel } from "./BudgetPanel";
import { Failures } from "./Failures";
import { Findings } from "./Findings";
import { NewestRuns, RunningNow } from "./RunPanels";
import { RoomPanel } from "./RoomPanel";
import { Tiles } from "./Tiles";

/** Whoever looks in now and then wants to see a day. */
const A_DAY: Range = { from: "now-24h", to: "now" };

/** What is happening now, and what needs attention. */
export function OverviewPage({ project }: { readonly project: string }): ReactElement {
  const { range, setRange } = useRange(A_DAY);
  const picker = useRef<RangeHandle>(null);
  const mayRead = useMay(project, "read");
  const mayUsage = useMay(project, "usage");
  const isLocal = useSession().mode === "local";
  const stats = useQuery({ ...statsQuery(project), enabled: mayRead, refetchInterval: ({ state }) => (state.data?.runs ? false : 3000) });
  useRefresh(mayRead ? "runs" : "", ["overview", project]);
  const link = (): string => frozenLink(location.href, Date.now(), A_DAY);
  useKeys("Overview", [
    { keys: "t", label: "Time range", run: () => picker.current?.open() },
    { keys: "y", label: "Copy link", run: () => void navigator.clipboard?.writeText(link()) },
  ]);
  const head = (
    <PageHead title={<h1 className="text-lg font-semibold">Overview</h1>}>
      <CopyLink link={link} />
      <RangePicker handle={picker} range={range} onChange={setRange} />
    </PageHead>
  );
  // A project is made by its first telemetry on a local server: until then it is missing.
  const isNew = stats.data?.runs === 0 || (isLocal && stats.error !== null && isMissing(stats.error));
  if (mayRead && isNew) return <>{head}<FirstRun project={project} /></>;
  return (
    <>
      {head}
      <div className="min-h-0 flex-1 overflow-auto">
        <div className="grid gap-4 p-4">
          {mayRead && <Attention project={project} />}
          <SampledNote project={project} />
          {mayUsage && <Tiles project={project} range={range} />}
          <div className="grid grid-cols-[minmax(0,1fr)_minmax(300px,380px)] items-start gap-4 max-xl:grid-cols-[minmax(0,1fr)_300px] max-lg:grid-cols-1">
            <div className="grid min-w-0 gap-4">
              <Failures project={project} range={range} />
              {mayRead && <Findings project={project} range={range} />}
              <NewestRuns project={project} />
            </div>
            <div className="grid min-w-0 gap-4">
              <RunningNow project={project} />
              {mayRead && <RoomPanel project={project} />}
              {mayRead && <BudgetPanel project={project} />}
            </div>
          </div>
        </div>
      </div>
    </>
  );
}
