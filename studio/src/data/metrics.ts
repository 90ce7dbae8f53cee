/** Metrics that were sent over OTLP: which there are, and one of them as the buckets of a chart. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Page } from "../model/api";
import { type Range, boundsOf } from "../model/range";
import type { Metric, MetricSeries } from "../model/schema";
import { getJson, projectPath } from "./http";

export const metricsQuery = (project: string, q: string, range: Range) =>
  queryOptions({
    queryKey: ["metrics", project, q, range.from, range.to],
    queryFn: async ({ signal }) => (await getJson<Page<Metric>>(projectPath(project, "metrics"), { q, ...boundsOf(range, Date.now()) }, signal)).items,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });

/** One metric in steps of `interval` seconds, and the moment that it was asked at. */
export const metricQuery = (project: string, name: string, q: string, range: Range, interval: number) =>
  queryOptions({
    queryKey: ["metric", project, name, q, range.from, range.to, interval],
    queryFn: async ({ signal }) => {
      const askedAt = Date.now();
      const path = projectPath(project, `metrics/${name.split("/").map(encodeURIComponent).join("/")}`);
      return { askedAt, metric: await getJson<MetricSeries>(path, { q, ...boundsOf(range, askedAt), interval }, signal) };
    },
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
