/** Agents with what their runs came to, laid out for a table. */
import type { Agent, AgentPricing, RevenueItem } from "./api";
import { formatMoney } from "../base/format";
import { csvText, decimal } from "./csv";

export const AGENT_COLUMNS = ["runs", "failed", "p50", "p95", "tokens", "cost", "perRun", "net", "margin", "seen"] as const;
export type AgentColumn = (typeof AGENT_COLUMNS)[number];

/** An agent with what its runs earned, where the reader may know that. */
export interface AgentRow {
  readonly agent: Agent;
  readonly earned: RevenueItem | undefined;
}

export function rowsOf(agents: readonly Agent[], earned: readonly RevenueItem[] | undefined): AgentRow[] {
  const byName = new Map(earned?.map((item) => [item.key, item]));
  return agents.map((agent) => ({ agent, earned: byName.get(agent.name) }));
}

const number = (text: string | null | undefined): number | null => (text === null || text === undefined ? null : Number(text));

/** The share of its runs that failed or were lost; null without runs. */
export const failedShare = ({ activity }: Agent): number | null => (activity === null || activity.runs === 0 ? null : activity.errors / activity.runs);

/** What was earned in dollars; null where nothing was billed in them. */
export const netOf = (earned: RevenueItem | undefined): string | null => earned?.revenue.find(({ currency }) => currency === "USD")?.net ?? null;

export function valueOf({ agent, earned }: AgentRow, column: AgentColumn): number | null {
  const { activity } = agent;
  switch (column) {
    case "runs": return activity?.runs ?? null;
    case "failed": return failedShare(agent);
    case "p50": return activity?.median.duration_ms ?? null;
    case "p95": return activity?.p95_ms ?? null;
    case "tokens": return activity?.median.tokens ?? null;
    case "cost": return number(activity?.cost.amount);
    case "perRun": return number(activity?.median.cost);
    case "net": return number(netOf(earned));
    case "margin": return earned?.revenue.length ? number(earned.margin) : null;
    case "seen": return Date.parse(agent.last_seen_at);
  }
}

/** The largest first, what is not known last, equals by name. */
export function sortRows(rows: readonly AgentRow[], column: AgentColumn): AgentRow[] {
  const value = (row: AgentRow): number => valueOf(row, column) ?? Number.NEGATIVE_INFINITY;
  return rows.toSorted((left, right) => value(right) - value(left) || (left.agent.name < right.agent.name ? -1 : 1));
}

export function agentsCsv(rows: readonly AgentRow[]): string {
  const heads = ["agent", "runs", "running", "failed", "p50_ms", "p95_ms", "median_tokens", "tokens_input", "tokens_output", "cost_usd", "median_cost_usd", "net_usd", "margin_usd", "first_seen", "last_seen"];
  return csvText(heads, rows.map(({ agent, earned }) => {
    const { activity } = agent;
    return [
      agent.name, activity?.runs, activity?.running, activity?.errors, activity?.median.duration_ms, activity?.p95_ms, activity?.median.tokens,
      activity?.tokens.input, activity?.tokens.output, decimal(activity?.cost.amount), decimal(activity?.median.cost), decimal(netOf(earned)),
      decimal(earned?.revenue.length ? earned.margin : null), agent.first_seen_at, agent.last_seen_at,
    ];
  }));
}

/** `free`, `$5.00 once`, `$20.00 a month, 14 days free`. */
export function priceTag({ model, amount, currency, billing_period, trial_days }: AgentPricing): string {
  if (model === "free") return "free";
  const trial = trial_days === null ? "" : `, ${trial_days} days free`;
  const each = model === "one_time" ? "once" : `a ${billing_period ?? "period"}`;
  return `${formatMoney(amount, currency)} ${each}${trial}`;
}
