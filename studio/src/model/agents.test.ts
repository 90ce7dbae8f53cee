import { expect, test } from "vitest";
import { agentsCsv, failedShare, priceTag, rowsOf, sortRows, valueOf } from "./agents";
import type { Activity, Agent, RevenueItem } from "./api";

const activity = (more: Partial<Activity>): Activity => ({
  name: "a", status: "success", first_at: "2026-11-21T11:00:00Z", last_at: "2026-11-21T12:00:00Z", runs: 10, running: 0, errors: 1,
  tokens: { input: 100, output: 20, cache_read: null, cache_write: null, reasoning: null }, cost: { amount: "0.5", currency: "USD", unpriced_tokens: 0 },
  median: { duration_ms: 1000, tokens: 12, cost: "0.05" }, p95_ms: 3000, agents: [], room: null, user: null, ...more,
});
const agent = (name: string, more: Partial<Activity> | null): Agent => ({
  name, first_seen_at: "2026-11-20T00:00:00Z", last_seen_at: "2026-11-21T12:00:00Z", activity: more && activity(more), pricing: null, versions: [],
});
const earned = { key: "b", margin: "1.5", revenue: [{ currency: "USD", net: "2" }] } as unknown as RevenueItem;

test("agents are ordered by a column, those without runs last", () => {
  const rows = rowsOf([agent("silent", null), agent("a", { errors: 5 }), agent("b", {})], [earned]);
  expect(sortRows(rows, "failed").map(({ agent: { name } }) => name)).toEqual(["a", "b", "silent"]);
  expect(rows.map((row) => valueOf(row, "margin"))).toEqual([null, null, 1.5]);
  expect([failedShare(agent("x", null)), failedShare(agent("x", { runs: 0 }))]).toEqual([null, null]);
});

test("as CSV an agent has its sums, and none where it had no run", () => {
  const lines = agentsCsv(rowsOf([agent("b", {}), agent("=silent", null)], [earned])).split("\r\n");
  expect(lines.slice(1)).toEqual([
    "b,10,0,1,1000,3000,12,100,20,0.5,0.05,2,1.5,2026-11-20T00:00:00Z,2026-11-21T12:00:00Z",
    "'=silent,,,,,,,,,,,,,2026-11-20T00:00:00Z,2026-11-21T12:00:00Z",
    "",
  ]);
});

test("a price tag is said in words", () => {
  const tag = { currency: "USD", billing_period: null, trial_days: null };
  expect([
    priceTag({ ...tag, model: "free", amount: null }), priceTag({ ...tag, model: "one_time", amount: "5" }),
    priceTag({ ...tag, model: "subscription", amount: "20", billing_period: "month", trial_days: 14 }),
  ]).toEqual(["free", "$5.00 once", "$20.00 a month, 14 days free"]);
});
