/** What is made of a whole trace. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { TraceGraph } from "../model/api";
import { getJson, projectPath } from "./http";

/** While its run goes on, a graph is read again so often. */
const RUNNING_MS = 3_000;

/** Agents, models and tools of a trace, and who led to whom. `version` tells that there is more of the trace. */
export const graphQuery = (project: string, trace: string, running: boolean, version: number) =>
  queryOptions({
    queryKey: ["graph", project, trace, running ? "running" : version],
    queryFn: ({ signal }) => getJson<TraceGraph>(projectPath(project, `traces/${encodeURIComponent(trace)}/graph`), {}, signal),
    refetchInterval: running ? RUNNING_MS : false,
    placeholderData: keepPreviousData,
  });
