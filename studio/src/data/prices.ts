/** A project's own prices, and costs computed anew by them. */
import { queryOptions } from "@tanstack/react-query";
import type { Page, Price, PriceImport, RepriceProgress } from "../model/api";
import type { NewPrice } from "../model/prices";
import { getJson, projectPath, sendJson } from "./http";
import { queries } from "./reads";

const POLL_MS = 700;

export const pricesQuery = (project: string) =>
  queryOptions({
    queryKey: ["prices", project],
    queryFn: async ({ signal }): Promise<readonly Price[]> => (await getJson<Page<Price>>(projectPath(project, "prices"), {}, signal)).items,
    staleTime: 0,
  });

const changed = (project: string): Promise<void> => queries.invalidateQueries({ queryKey: ["prices", project] });

export async function setPrice(project: string, price: NewPrice): Promise<void> {
  await sendJson<Price>("PUT", projectPath(project, "prices"), price);
  await changed(project);
}

export async function removePrice(project: string, { model, provider }: Pick<Price, "model" | "provider">): Promise<void> {
  await sendJson<null>("DELETE", `${projectPath(project, "prices")}?${new URLSearchParams({ model, provider })}`);
  await changed(project);
}

/** Takes LiteLLM's table of prices; entries that cannot be are named. */
export async function importPrices(project: string, table: unknown): Promise<PriceImport> {
  const found = await sendJson<PriceImport>("POST", projectPath(project, "prices/import"), table);
  await changed(project);
  return found;
}

/** Begins to compute the costs of spans that began since `from` anew. */
export const reprice = (project: string, from: string): Promise<RepriceProgress> =>
  sendJson<RepriceProgress>("POST", projectPath(project, "prices/reprice"), { from });

/** How far that is; asked until it is over. */
export const repricingQuery = (project: string, job: string) =>
  queryOptions({
    queryKey: ["reprice", project, job],
    queryFn: ({ signal }) => getJson<RepriceProgress>(projectPath(project, `prices/reprice/${encodeURIComponent(job)}`), {}, signal),
    refetchInterval: ({ state }) => (state.data?.state === "done" || state.data?.state === "failed" ? false : POLL_MS),
    staleTime: 0,
  });
