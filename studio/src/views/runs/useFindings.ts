import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { useLive } from "../../data/hooks";
import { findingsQuery } from "../../data/reads";
import { useMay } from "../../data/session";
import type { Finding } from "../../model/api";
import { findingsByRun } from "../../model/findings";

/** Loops and standstill by the run that they are of: the newest thousand, and what the stream adds. */
export function useFindings(project: string): ReadonlyMap<string, readonly Finding[]> {
  const mayRead = useMay(project, "read");
  const asked = findingsQuery(project);
  const { data, refetch } = useQuery({ ...asked, enabled: mayRead });
  const client = useQueryClient();
  useLive(mayRead ? "runs" : "", {
    onEvents: (events) => {
      const news = events.flatMap((event) => (event.type === "finding" ? [event.data] : []));
      if (news.length === 0) return;
      const ids = new Set(news.map(({ id }) => id));
      const newest = new Map(news.map((finding) => [finding.id, finding]));
      client.setQueryData(asked.queryKey, (known) => [...newest.values(), ...(known ?? []).filter(({ id }) => !ids.has(id))]);
    },
    onResync: () => void refetch(),
  });
  return useMemo(() => findingsByRun(data ?? []), [data]);
}
