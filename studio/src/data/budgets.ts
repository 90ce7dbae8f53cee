/** Budgets: what a project may use, and how much of it is used. */
import { queryOptions } from "@tanstack/react-query";
import type { Budget, Page, Verdict } from "../model/api";
import type { NewBudget } from "../model/budgets";
import { getJson, projectPath, sendJson } from "./http";
import { queries } from "./reads";

export const budgetsQuery = (project: string) =>
  queryOptions({
    queryKey: ["budgets", project, "list"],
    queryFn: async ({ signal }): Promise<readonly Budget[]> => (await getJson<Page<Budget>>(projectPath(project, "budgets"), {}, signal)).items,
    staleTime: 0,
  });

/** How the budgets stand that last longer than a run. */
export const standingsQuery = (project: string) =>
  queryOptions({
    queryKey: ["budgets", project, "standings"],
    queryFn: ({ signal }) => getJson<Verdict>(projectPath(project, "budgets/standings"), {}, signal),
    staleTime: 0,
  });

const changed = (project: string): Promise<void> => queries.invalidateQueries({ queryKey: ["budgets", project] });
const pathOf = (project: string, name: string): string => projectPath(project, `budgets/${encodeURIComponent(name)}`);

export async function setBudget(project: string, { name, ...budget }: NewBudget): Promise<void> {
  await sendJson<Budget>("PUT", pathOf(project, name), budget);
  await changed(project);
}

export async function removeBudget(project: string, name: string): Promise<void> {
  await sendJson<null>("DELETE", pathOf(project, name));
  await changed(project);
}
