import { expect, test } from "vitest";
import type { Revenue, RevenueItem, RevenueReport } from "./api";
import { billingCsv, currenciesOf, marginShare, moneySeries, netByTime, revenueCsv, runsOf } from "./revenue";

const sums = (currency: string, net: string): Revenue => ({
  currency, gross: net, refunds: "0", fees: "0", payouts: "0", adjustments: "0", net, events: 1, unverified: 0,
});
const item = (key: string | null, more: Partial<RevenueItem> = {}): RevenueItem => ({
  key, at: null, runs: 1, cost: { amount: "0.25", currency: "USD", unpriced_tokens: 0 }, revenue: [sums("USD", "1")], margin: "0.75", margin_note: null, ...more,
});
const report = (items: readonly RevenueItem[], total: RevenueItem): RevenueReport => ({ items, total, truncated: false });

test("dollars come first, and stand there where nothing was earned", () => {
  const both = item(null, { revenue: [sums("EUR", "2"), sums("USD", "1")] });
  expect([both, item(null, { revenue: [sums("EUR", "2")] }), item(null, { revenue: [] })].map((total) => currenciesOf(report([], total)))).toEqual([
    ["USD", "EUR"], ["EUR"], ["USD"],
  ]);
});

test("a margin has a share of what was earned, and none of nothing", () => {
  const unpriced = item("a", { cost: { amount: "0", currency: "USD", unpriced_tokens: 7 } });
  expect([item("a"), item("a", { margin: null }), item("a", { revenue: [], margin: "-0.25" }), unpriced].map(marginShare)).toEqual([0.75, null, null, null]);
});

test("net, cost and margin stand in their bins; euros have no cost beside them", () => {
  const at = "2026-11-21T12:00:00Z";
  const bins = [Date.parse(at), Date.parse(at) + 60_000];
  expect(moneySeries([item(null, { at })], bins, "USD")).toEqual([
    { name: "net revenue", values: [1, 0] }, { name: "cost", values: [0.25, 0] }, { name: "margin", values: [0.75, 0] },
  ]);
  expect([...netByTime([item(null, { at }), item(null)], "USD")]).toEqual([[Date.parse(at), 1]]);
  expect(moneySeries([item(null, { at })], bins, "EUR")).toEqual([{ name: "net revenue", values: [0, 0] }]);
});

test("runs are behind a group that they know", () => {
  expect([runsOf("agent", "trip planner"), runsOf("customer", "c1"), runsOf("user", null)]).toEqual(['agent:"trip planner"', null, null]);
});

test("as CSV each currency has a row, and no cost stands twice", () => {
  const mixed = item("a", { revenue: [sums("EUR", "2"), sums("USD", "1")], margin: null, margin_note: "two currencies" });
  expect(revenueCsv("agent", report([mixed], item(null))).split("\r\n").slice(1)).toEqual([
    "a,USD,1,0,0,0,1,0,1,1,0.25,,two currencies",
    "a,EUR,2,0,0,0,2,0,1,,,,two currencies",
    "total,USD,1,0,0,0,1,0,1,1,0.25,0.75,",
    "",
  ]);
});

test("billing events keep every digit and run no formula", () => {
  const line = {
    id: "=1", kind: "charge", amount: "0.000000000001", currency: "USD", customer: null, run: null, span_id: null, agent: "a", description: "x, y",
    occurred_at: "2026-11-21T12:00:00Z", received_at: "2026-11-21T12:00:01Z", verified: true,
  };
  expect(billingCsv([line]).split("\r\n")[1]).toBe(`'=1,2026-11-21T12:00:00Z,charge,0.000000000001,USD,,a,,"x, y",2026-11-21T12:00:01Z`);
});
