import { type ReactElement, useState } from "react";
import { Redirect } from "wouter";
import type { Run as RunOf } from "../../model/api";
import { runHref } from "../../model/runs";
import { TraceUnread, TraceView } from "../../views/trace/TraceView";
import { type ReadTrace, useTrace } from "../../views/trace/useTrace";
import { useNow } from "../../widgets/clock";
import { useKeys } from "../../widgets/keys";
import { PageTabs } from "../../widgets/page-tabs";
import { Empty, SkeletonRows } from "../../widgets/states";
import { CompareDialog } from "./CompareDialog";
import { RunHead } from "./RunHead";
import { RunLogs } from "./RunLogs";
import { Events } from "./events/Events";
import { InputOutput } from "./io/InputOutput";
import { Overview } from "./overview/Overview";

const TABS = [["overview", "Overview"], ["events", "Events"], ["trace", "Trace"], ["io", "I/O"], ["logs", "Logs"]] as const;

interface Props {
  readonly project: string;
  readonly id: string;
  readonly tab: string | undefined;
}

/** One run: how it ended and why, what happened in it, what went in and came out. */
export function RunPage({ project, id, tab }: Props): ReactElement {
  if (tab === undefined) {
    // An address that names a span means the trace.
    const { search } = window.location;
    const to = new URLSearchParams(search).has("span") ? "trace" : "overview";
    return <Redirect to={`${runHref(project, id, to)}${search}`} replace />;
  }
  // Another run starts with nothing of the one before.
  return <Run key={id} project={project} id={id} tab={tab} />;
}

function Run({ project, id, tab }: Props & { readonly tab: string }): ReactElement {
  const trace = useTrace(project, { runId: id });
  const { run, tree } = trace;
  const now = useNow(run?.status === "running");
  const [comparing, setComparing] = useState(false);
  useKeys("Run", [
    { keys: "x", label: "Compare with another run", run: () => setComparing(true) },
    { keys: "y", label: "Copy link", run: () => void navigator.clipboard?.writeText(location.href) },
  ]);
  if (trace.error && !run) return <TraceUnread heading="h1" error={trace.error} onRetry={trace.reread} />;
  if (!run) return <SkeletonRows count={24} height={24} />;
  const label = TABS.find(([name]) => name === tab)?.[1];
  const errors = tree?.errors.length ?? run.error_count;
  return (
    <>
      <RunHead project={project} run={run} tree={tree} now={now} onCompare={() => setComparing(true)} />
      <PageTabs
        label="Parts of the run" current={label ?? ""}
        tabs={TABS.map(([name, text]) => ({ href: runHref(project, id, name), label: text, ...(name === "trace" ? { count: errors, isBad: true } : {}) }))}
      />
      <Part project={project} run={run} trace={trace} tab={tab} />
      {comparing && <CompareDialog project={project} run={run} onClose={() => setComparing(false)} />}
    </>
  );
}

function Part({ project, run, trace, tab }: {
  readonly project: string;
  readonly run: RunOf;
  readonly trace: ReadTrace;
  readonly tab: string;
}): ReactElement {
  switch (tab) {
    case "overview":
      return <Overview project={project} run={run} trace={trace} />;
    case "events":
      return <Events project={project} run={run} trace={trace} />;
    case "trace":
      return <TraceView project={project} trace={trace} />;
    case "io":
      return <InputOutput project={project} run={run} trace={trace} />;
    case "logs":
      return <RunLogs project={project} run={run} />;
    default:
      return <Empty title="A run has no such part"><p>Its parts are above.</p></Empty>;
  }
}
