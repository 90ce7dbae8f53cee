/** One project: what it is called, how long its telemetry is kept, what of it and what is masked, and how much it may be. */
import { queryOptions } from "@tanstack/react-query";
import type { LimitState, Page, Project, SamplingReport } from "../model/api";
import { getJson, sendJson } from "./http";
import { queries } from "./reads";

const pathOf = (project: string): string => `projects/${encodeURIComponent(project)}`;

export const projectQuery = (project: string) =>
  queryOptions({
    queryKey: ["project", project],
    queryFn: ({ signal }) => getJson<Project>(pathOf(project), {}, signal),
    staleTime: 0,
  });

/** What the project keeps of its traces, and what that left out. */
export const samplingQuery = (project: string) =>
  queryOptions({
    queryKey: ["sampling", project],
    queryFn: ({ signal }) => getJson<SamplingReport>(`${pathOf(project)}/sampling`, {}, signal),
    staleTime: 30_000,
  });

export type Kept = Pick<SamplingReport, "head_rate" | "tail_rate" | "tail_keep" | "tail_after_s">;

export async function setSampling(project: string, kept: Kept): Promise<void> {
  queries.setQueryData(samplingQuery(project).queryKey, await sendJson<SamplingReport>("PUT", `${pathOf(project)}/sampling`, kept));
}

/** What the project may take up, and does. */
export const limitsQuery = (project: string) =>
  queryOptions({
    queryKey: ["limits", project],
    queryFn: ({ signal }) => getJson<Page<LimitState>>(`${pathOf(project)}/limits`, {}, signal),
    staleTime: 0,
  });

type Changes = Partial<Pick<Project, "display_name" | "retention_days">> & { readonly privacy?: Partial<Project["privacy"]> };

/** Changes what is named; what is left out stays. */
export async function setProject(project: string, changes: Changes): Promise<void> {
  queries.setQueryData(projectQuery(project).queryKey, await sendJson<Project>("PUT", pathOf(project), changes));
  await queries.invalidateQueries({ queryKey: ["projects"] });
}
