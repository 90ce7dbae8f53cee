import { useQuery } from "@tanstack/react-query";
import { type ReactElement, type ReactNode, useEffect } from "react";
import { Link } from "wouter";
import { clockTime, formatDuration } from "../../../base/time";
import { failureOf } from "../../../data/failure";
import { spanQuery } from "../../../data/reads";
import type { Run } from "../../../model/api";
import { hasContent } from "../../../model/content";
import type { RunEvent } from "../../../model/run-timeline";
import { runHref } from "../../../model/runs";
import { readValue } from "../../../model/value";
import { SpanContent } from "../../../views/content/SpanContent";
import { IconButton } from "../../../widgets/button";
import { CloseIcon } from "../../../widgets/icons";
import { JsonTree } from "../../../widgets/json-tree";
import { Text } from "../../../widgets/text";
import { WholeName } from "../../../widgets/name";
import { ErrorBox, SkeletonRows } from "../../../widgets/states";

/** One event whole: a step with what went in and what came out, anything else as it was told. */
export function EventPanel({ project, run, event, onClose }: {
  readonly project: string;
  readonly run: Run;
  readonly event: RunEvent;
  readonly onClose: () => void;
}): ReactElement {
  const isStep = event.durationNs !== undefined;
  return (
    <>
      <div className="flex shrink-0 items-start gap-2 border-b border-line py-2 pr-2 pl-3">
        <div className="min-w-0 flex-1">
          <h2 className="font-semibold [overflow-wrap:anywhere]"><WholeName text={event.name} /></h2>
          <p className="text-sm text-muted">{clockTime(Number(event.at / 1_000_000n))}</p>
        </div>
        {event.spanId !== null && <Link href={`${runHref(project, run.id, "trace")}?span=${event.spanId}`} className="inline-flex h-7 items-center px-1 text-sm text-accent hover:underline">In the trace</Link>}
        <IconButton label="Close (Esc)" onClick={onClose}><CloseIcon /></IconButton>
      </div>
      {/* It scrolls, so the keyboard must reach it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div role="group" aria-label="Event" tabIndex={0} className="grid min-h-0 flex-1 content-start gap-4 overflow-auto p-3">
        {isStep && event.spanId !== null ? <Step project={project} traceId={run.trace_id} event={event} spanId={event.spanId} /> : <Told event={event} />}
      </div>
    </>
  );
}

function Step({ project, traceId, spanId, event }: { readonly project: string; readonly traceId: string; readonly spanId: string; readonly event: RunEvent }): ReactElement {
  const { data, error, refetch } = useQuery(spanQuery(project, traceId, spanId));
  // What a step gave is there once it has ended.
  useEffect(() => {
    if (data?.duration_ns === null && event.durationNs !== null) void refetch();
  }, [data, event.durationNs, refetch]);
  if (error) return <ErrorBox failure={failureOf("The step could not be read", error)} onRetry={() => void refetch()} />;
  if (!data) return <SkeletonRows count={6} height={24} />;
  const failed = [data.error_type, data.status_message].filter(Boolean).join(": ");
  return (
    <>
      <p className={event.isError ? "text-error" : "text-muted"}>{[event.durationNs === null ? "runs" : event.durationNs === undefined ? "" : `took ${formatDuration(event.durationNs)}`, event.text].filter(Boolean).join(" · ")}</p>
      {event.isError && failed !== "" && <Box title="Error"><Text text={failed} /></Box>}
      {data.content && hasContent(data.content) ? <SpanContent content={data.content} attributes={data.attributes} /> : <p className="text-muted">What went in and came out was not sent.</p>}
    </>
  );
}

function Told({ event }: { readonly event: RunEvent }): ReactElement {
  const value = readValue(event.text);
  return (
    <>
      {event.text !== "" && <Box title="Content">{typeof value === "string" ? <Text text={value} /> : <JsonTree value={value} />}</Box>}
      {event.log && <Box title="As it came"><JsonTree value={readValue(event.log.body)} depth={1} /></Box>}
      {event.isUnverified && <p className="text-sm text-warn">It did not come by the runner's own pipe, but in what the agent printed, where anybody can write anything.</p>}
    </>
  );
}

function Box({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactElement {
  return (
    <section className="grid gap-1">
      <h3 className="text-xs font-medium text-muted">{title}</h3>
      <div className="min-w-0 rounded-md border border-line px-2.5 py-2 font-mono text-sm leading-5 [overflow-wrap:anywhere]">{children}</div>
    </section>
  );
}
