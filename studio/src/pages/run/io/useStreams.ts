import { useQueries, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useLive } from "../../../data/hooks";
import { streamedQuery } from "../../../data/runs";
import type { Run } from "../../../model/api";
import { type Streams, arrived, fetched } from "../../../model/streams";
import type { ReadTrace } from "../../../views/trace/useTrace";

/**
 * The text that the run's model calls stream while it runs. What they streamed before this was looked at, and
 * what got lost on the way, is asked for.
 */
export function useStreams(project: string, run: Run, trace: ReadTrace): Streams {
  const [heard, setHeard] = useState<Streams>(new Map());
  const client = useQueryClient();
  const live = run.status === "running";
  const speaking = [...(trace.set?.spans.values() ?? [])].filter(({ kind, state, span_id }) => kind === "llm" && ((live && state === "open") || heard.has(span_id)));
  const stored = useQueries({
    queries: speaking.map(({ span_id }) => streamedQuery(project, run.trace_id, span_id)),
    combine: (results) => results.flatMap(({ data }) => data ?? []),
  });
  useLive(live ? `run:${run.id}` : "", {
    onEvents: (events) => {
      const pieces = events.flatMap((event) => (event.type === "token" ? [event.data] : []));
      if (pieces.length > 0) setHeard((before) => arrived(before, pieces, performance.now()));
    },
    onResync: () => void client.invalidateQueries({ queryKey: ["streamed", project, run.trace_id] }),
  });
  return useMemo(() => stored.reduce(fetched, heard), [stored, heard]);
}
