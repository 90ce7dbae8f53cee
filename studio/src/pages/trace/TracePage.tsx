import { type ReactElement, useRef, useState } from "react";
import { TraceUnread, TraceView, type TraceHandle } from "../../views/trace/TraceView";
import { useTrace } from "../../views/trace/useTrace";
import { WhyFailed, WhyPanel } from "../../views/failure/WhyPanel";
import { useFailure } from "../../views/failure/useFailure";
import { useNow } from "../../widgets/clock";
import { useKeys } from "../../widgets/keys";
import { SkeletonRows } from "../../widgets/states";
import { TraceHeader } from "./TraceHeader";

interface Props {
  readonly project: string;
  readonly runId?: string;
  readonly traceId?: string;
}

export function TracePage(props: Props): ReactElement {
  // Another trace is another page.
  return <Trace key={props.runId ?? props.traceId} {...props} />;
}

function Trace({ project, ...named }: Props): ReactElement {
  const trace = useTrace(project, named);
  const { run, tree, traceId } = trace;
  const view = useRef<TraceHandle>(null);
  const now = useNow(run?.status === "running");
  const why = useFailure(project, tree ? run : null);
  const [whyChosen, setWhyChosen] = useState<boolean | null>(null);
  // What failed is explained without asking; what only looks wrong waits to be asked.
  const whyOpen = whyChosen ?? why.failure?.verdict === "failed";
  const toggleWhy = (): void => setWhyChosen(!whyOpen);
  useKeys("Run", [
    { keys: "i", label: "Why it failed", run: toggleWhy },
    { keys: "y", label: "Copy link", run: () => void navigator.clipboard?.writeText(location.href) },
  ]);

  if (trace.error && !tree) return <TraceUnread heading="h1" error={trace.error} onRetry={trace.reread} />;
  if (!tree) return <SkeletonRows count={24} height={24} />;
  const show = (id: string): void => view.current?.show(id);
  const logHref = (id: string): string =>
    `/p/${encodeURIComponent(project)}/logs?q=${encodeURIComponent(`trace:${traceId}`)}&from=now-30d&log=${encodeURIComponent(id)}`;
  const failing = run?.error?.span_id && tree.position.has(run.error.span_id) ? run.error.span_id : tree.spans[tree.errors[0] ?? -1]?.span_id;
  return (
    <>
      <TraceHeader
        project={project} run={run} tree={tree} now={now} failure={why.failure} whyOpen={whyOpen} onWhy={toggleWhy} onSpan={show}
        onError={failing === undefined ? null : () => show(failing)}
      />
      {why.error && !why.failure && <WhyFailed error={why.error} onRetry={() => void why.refetch()} />}
      {why.failure && whyOpen && <WhyPanel failure={why.failure} onSpan={show} logHref={logHref} />}
      <TraceView project={project} trace={trace} handle={view} />
    </>
  );
}
