import { type ReactElement, useCallback, useRef } from "react";
import { useRange, useUrlState } from "../../data/hooks";
import { frozenLink } from "../../model/link";
import type { LogSource } from "../../model/log-source";
import { LogTail } from "../../views/logs/LogTail";
import { useKeys } from "../../widgets/keys";
import { CopyLink, PageHead } from "../../widgets/page-head";
import { RangePicker, type RangeHandle } from "../../widgets/range-picker";
import { Empty } from "../../widgets/states";

const WHOLE: LogSource = { of: "project" };

/** Every log record of a project. */
export function LogsPage({ project }: { readonly project: string }): ReactElement {
  const { params, change } = useUrlState();
  const { range, setRange } = useRange();
  const picker = useRef<RangeHandle>(null);
  const setFilter = useCallback((q: string) => change({ q, log: null }, "push"), [change]);
  useKeys("This page", [
    { keys: "t", label: "Time range", run: () => picker.current?.open() },
    { keys: "y", label: "Copy link", run: () => void navigator.clipboard?.writeText(frozenLink(location.href, Date.now())) },
  ]);
  return (
    <>
      <PageHead title={<h1 className="text-lg font-semibold">Logs</h1>}>
        <CopyLink link={() => frozenLink(location.href, Date.now())} />
        <RangePicker handle={picker} range={range} onChange={setRange} />
      </PageHead>
      <LogTail
        project={project} source={WHOLE} q={params.get("q") ?? ""} range={range} onFilter={setFilter} onRange={setRange}
        placeholder="Filter: level:>=warn service:planner or any words" never={<NoLogs />}
      />
    </>
  );
}

function NoLogs(): ReactElement {
  return (
    <Empty title="No logs yet">
      <p>Fanlight takes OTLP logs at the same address as traces. With Python's logging, the OpenTelemetry handler sends each record, bound to the span it was written in; whatever arrives stands here at once.</p>
    </Empty>
  );
}
