import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useLive } from "../../../data/hooks";
import { MOST_EVENTS, toldEventsQuery } from "../../../data/runs";
import type { Log, Run } from "../../../model/api";
import { type RunEvent, timelineOf } from "../../../model/run-timeline";
import { useThrottled } from "../../../views/logs/useThrottled";
import type { ReadTrace } from "../../../views/trace/useTrace";

const SETTLE_MS = 150;

const isTold = ({ event_name }: Log): boolean => event_name !== null && (event_name.startsWith("fanlight.run.") || event_name === "fanlight.exporter");

/** What happened in a run so far, kept up to date by the stream. */
export function useEvents(project: string, run: Run, trace: ReadTrace): { readonly events: readonly RunEvent[]; readonly pending: boolean; readonly error: Error | null; readonly reread: () => void } {
  const { data, error, refetch } = useQuery(toldEventsQuery(project, run));
  const [arrived, setArrived] = useState<readonly Log[]>([]);
  useLive(`run:${run.id}`, {
    onEvents: (events) => {
      const logs = events.flatMap((event) => (event.type === "log" && isTold(event.data) ? [event.data] : []));
      if (logs.length > 0) setArrived((before) => [...before, ...logs].slice(-MOST_EVENTS));
    },
    onResync: () => void refetch(),
  });
  // A run that streams tells hundreds of events a second; they need not be put in order that often.
  const set = useThrottled(trace.set, SETTLE_MS);
  const told = useThrottled(arrived, SETTLE_MS);
  const events = useMemo(() => timelineOf(run, set, [...(data ?? []), ...told]), [run, set, data, told]);
  return { events, pending: data === undefined && error === null, error, reread: () => void refetch() };
}
