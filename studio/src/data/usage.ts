/** What runs earned, and the events that say so. What they cost is in reads.ts. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { zoneName } from "../base/zone";
import type { BillingLine, Page, RevenueReport } from "../model/api";
import { type Range, boundsOf } from "../model/range";
import type { RevenueGroup } from "../model/revenue";
import type { Interval } from "../model/usage";
import { getJson, projectPath } from "./http";

const LINES = 200;

/** Revenue beside cost; days and weeks begin in the zone that is shown. */
export const revenueQuery = (project: string, range: Range, group: RevenueGroup | "", interval: Interval | "") =>
  queryOptions({
    queryKey: ["revenue", project, range.from, range.to, group, interval, zoneName()],
    queryFn: ({ signal }) =>
      getJson<RevenueReport>(projectPath(project, "usage/revenue"), { ...boundsOf(range, Date.now()), group, interval, tz: zoneName() }, signal),
    staleTime: 0,
  });

/** The billing events of a time, the latest to occur first. */
export const billingQuery = (project: string, range: Range) =>
  infiniteQueryOptions({
    queryKey: ["billing", project, range.from, range.to],
    queryFn: ({ signal, pageParam }) =>
      getJson<Page<BillingLine>>(projectPath(project, "billing/events"), { ...boundsOf(range, Date.now()), limit: LINES, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    staleTime: 0,
  });
