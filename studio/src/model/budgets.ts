/** Budgets as people read them. Limits are decimal texts. */
import { formatMoney, formatWhole } from "../base/format";
import type { Budget, Standing } from "./api";
import { csvText, decimal } from "./csv";

export type NewBudget = Pick<Budget, "name" | "scope" | "subject" | "period" | "unit" | "limit">;

/** What counts as near: what is left would be gone in a fifth of what was used. */
const NEAR = 0.8;

/** How much of its limit is used, as a share; a limit of nothing is used up. */
export const usedShare = ({ used, limit }: Standing): number => (Number(limit) === 0 ? 1 : Number(used) / Number(limit));

export const isNear = (standing: Standing): boolean => standing.exceeded || usedShare(standing) >= NEAR;

/** `$12.30`, `1,200 tokens`. */
export const amountOf = (amount: string, unit: Budget["unit"]): string => (unit === "usd" ? formatMoney(amount) : `${formatWhole(Number(amount))} tokens`);

/** `the project`, `agent planner`. */
export const whoseBudget = ({ scope, subject }: Pick<Budget, "scope" | "subject">): string => (scope === "project" ? "the project" : `${scope} ${subject}`);

const PERIODS: Readonly<Record<Budget["period"], string>> = { day: "a day", month: "a month", run: "a run" };

export const periodOf = ({ period }: Pick<Budget, "period">): string => PERIODS[period];

/** Those that are passed or nearly so, the furthest first. */
export const nearLimits = (standings: readonly Standing[]): Standing[] =>
  standings.filter(isNear).toSorted((left, right) => usedShare(right) - usedShare(left));

/** Every budget with what is used of it; of those that each run has anew nothing is. */
export function budgetsCsv(budgets: readonly Budget[], standings: readonly Standing[]): string {
  const byName = new Map(standings.map((standing) => [standing.name, standing]));
  return csvText(["name", "scope", "subject", "period", "unit", "limit", "used", "exceeded"], budgets.map(({ name, scope, subject, period, unit, limit }) => [
    name, scope, subject, period, unit, decimal(limit), decimal(byName.get(name)?.used), byName.get(name)?.exceeded,
  ]));
}
