import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { useLocation } from "wouter";
import { rootSpanQuery } from "../../../data/runs";
import type { Run } from "../../../model/api";
import { sidesOf } from "../../../model/io";
import { messageOf } from "../../../model/kinds";
import { runHref, versionOf } from "../../../model/runs";
import { FindingLine } from "../../../views/failure/FindingLine";
import { WhyFailed, WhyPanel } from "../../../views/failure/WhyPanel";
import { useFailure } from "../../../views/failure/useFailure";
import { TraceUnread } from "../../../views/trace/TraceView";
import type { ReadTrace } from "../../../views/trace/useTrace";
import { Button } from "../../../widgets/button";
import { AlertIcon } from "../../../widgets/icons";
import { useKeys } from "../../../widgets/keys";
import { Name, Visible } from "../../../widgets/name";
import { SkeletonRows } from "../../../widgets/states";
import { Guide } from "./Guide";
import { Money } from "./Money";
import { Outline } from "./Outline";
import { Preview } from "./Preview";

const ENDED_BADLY = new Set(["error", "lost"]);

/** Why it failed first, then how to find out more, then what it did. Each statement leads to its evidence. */
export function Overview({ project, run, trace }: { readonly project: string; readonly run: Run; readonly trace: ReadTrace }): ReactElement {
  const [, navigate] = useLocation();
  const { tree } = trace;
  const why = useFailure(project, run);
  const show = (id: string): void => navigate(`${runHref(project, run.id, "trace")}?span=${id}`);
  const logHref = (id: string): string => `${runHref(project, run.id, "logs")}?log=${encodeURIComponent(id)}`;
  const failing = run.error?.span_id ?? tree?.spans[tree.errors[0] ?? -1]?.span_id;
  const root = useQuery({ ...rootSpanQuery(project, run, versionOf(run)), placeholderData: (before) => before });
  const { input, output } = sidesOf(run, root.data ?? null);
  const isReading = root.isPending && run.root_span_id !== null;
  const io = runHref(project, run.id, "io");
  const isBad = ENDED_BADLY.has(run.status);
  useKeys("Overview", [{ keys: "e", label: "First failing span", run: () => failing && show(failing) }]);
  return (
    // It scrolls, so the keyboard must reach it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div role="group" aria-label="Overview" tabIndex={0} className="min-h-0 flex-1 overflow-auto focus-visible:outline-offset-[-2px]">
      {run.findings.map((finding) => <FindingLine key={finding.id} finding={finding} onSpan={show} />)}
      {run.error && !why.failure && <ErrorLine run={run} onSpan={failing === undefined ? null : () => show(failing)} />}
      {why.error && !why.failure && <WhyFailed error={why.error} onRetry={() => void why.refetch()} />}
      {why.failure && why.failure.verdict !== "no failure found" && <WhyPanel failure={why.failure} onSpan={show} logHref={logHref} />}
      <div className="overview-grid p-4">
        <div className="grid grid-cols-[minmax(0,1fr)] content-start gap-5">
          {tree && <Outline project={project} run={run} tree={tree} />}
          {!tree && (trace.error ? <TraceUnread error={trace.error} onRetry={trace.reread} /> : <SkeletonRows count={8} height={28} />)}
          <div className="grid gap-5 lg:grid-cols-2">
            <Preview title="Input" side={isReading ? null : input} href={io} none="No input was recorded." />
            <Preview title="Output" side={isReading ? null : output} href={io} none={run.status === "running" ? "Nothing yet." : "Nothing came out."} />
          </div>
        </div>
        <div className="grid grid-cols-[minmax(0,1fr)] content-start gap-5">
          {(isBad || why.failure?.verdict === "failed" || why.failure?.verdict === "suspicious") && <Guide project={project} run={run} failure={why.failure} />}
          <Money project={project} run={run} />
        </div>
      </div>
    </div>
  );
}

function ErrorLine({ run, onSpan }: { readonly run: Run; readonly onSpan: (() => void) | null }): ReactElement | null {
  if (!run.error) return null;
  const { type, message } = run.error;
  return (
    <div className="flex items-center gap-2 border-b border-line bg-error-wash px-4 py-1.5">
      <span className="text-error"><AlertIcon /></span>
      <p className="min-w-0 flex-1 truncate">
        {type && <strong className="font-semibold text-error"><Visible line text={type.slice(0, 300)} /> </strong>}
        <Name text={messageOf(type, message)} className="" />
      </p>
      {onSpan && <Button onClick={onSpan}>First failing span · e</Button>}
    </div>
  );
}
