import { describe, expect, test } from "vitest";
import { type UsageItem, axisOf, binOf, binsOf, changeOf, csvOf, ghostOf, intervalFor, percentilesOf, rangeBefore, runsBehind, sayChange, seriesOf, sortItems, topOf, unpricedShare } from "./usage";

const NOW = Date.parse("2026-11-21T12:00:30Z");
const item = (key: string | null, more: Partial<UsageItem> = {}): UsageItem => ({
  key, at: null, runs: 1, spans: 2, errors: 0, tokens: { input: 100, output: 20, cache_read: null, cache_write: null, reasoning: null },
  cost: { amount: "0.5", currency: "USD", unpriced_tokens: 0 }, p50_ms: null, p95_ms: null, p99_ms: null, ...more,
});
const minute = (at: number): string => new Date(NOW - 30_000 + at * 60_000).toISOString();

describe("intervals", () => {
  test("give every range some dozens of bars", () => {
    const found = ["now-15m", "now-3h", "now-24h", "now-7d", "now-30d", "now-52w"].map((from) => intervalFor({ from, to: "now" }, NOW));
    expect(found).toEqual(["minute", "minute", "hour", "day", "day", "week"]);
  });

  test("are all there, those without data too", () => {
    expect(binsOf({ from: "now-3m", to: "now" }, "minute", NOW)).toEqual([-3, -2, -1, 0].map((at) => Date.parse(minute(at))));
    expect(binsOf({ from: "now-30d", to: "now" }, "day", NOW)).toHaveLength(31);
  });

  test("of weeks begin on Mondays", () => {
    expect(binsOf({ from: "now-21d", to: "now" }, "week", NOW).map((at) => new Date(at).getDay())).toEqual([1, 1, 1, 1]);
  });
});

describe("series", () => {
  const bins = binsOf({ from: "now-2m", to: "now" }, "minute", NOW);

  test("stand in their bins, and what was not there is a gap", () => {
    expect(seriesOf([item("a", { at: minute(-1) }), item(null, { at: minute(0) })], ["a", null], bins, "cost")).toEqual([
      { name: "a", values: [null, 0.5, null] }, { name: "unnamed", values: [null, null, 0.5] },
    ]);
  });

  test("beyond the seventh are added up, so that the height of a bar is the whole", () => {
    const keys = Array.from({ length: 10 }, (_, index) => `g${index}`);
    const series = seriesOf(keys.map((key) => item(key, { at: minute(0) })), keys, bins, "activity");
    expect(series).toHaveLength(8);
    expect(series.at(-1)).toEqual({ name: "other", values: [null, null, 6] });
  });

  test("of percentiles are never added up", () => {
    const keys = Array.from({ length: 9 }, (_, index) => `g${index}`);
    const timed = keys.map((key) => item(key, { at: minute(0), p95_ms: 10 }));
    expect(seriesOf(timed, keys, bins, "latency").map(({ name }) => name)).toEqual(keys.slice(0, 7));
    expect(percentilesOf([item(null, { at: minute(0), p50_ms: 1, p95_ms: 2 })], bins)).toEqual([
      { name: "p50", values: [null, null, 1] }, { name: "p95", values: [null, null, 2] },
    ]);
  });
});

test("a moment is in the bin that began last, and outside of all in none", () => {
  expect([9, 10, 19.5, 20, 29, 30, null].map((at) => binOf(at, [10, 20], 30))).toEqual([null, 0, 0, 1, 1, null, null]);
});

test("the top of an axis is round and never below the value", () => {
  expect([0, 0.0038, 1, 7, 23, 240, 1000].map(topOf)).toEqual([1, 0.005, 1, 10, 25, 250, 1000]);
});

test("an axis has round lines, and one at zero also where money is lost", () => {
  expect([axisOf(0, 3), axisOf(-0.3, 6.7), axisOf(-5, 0)]).toEqual([[0, 1.25, 2.5, 3.75, 5], [-2, 0, 2, 4, 6, 8], [-6, -4, -2, 0]]);
});

test("the unpriced share is of all tokens, and of none there is no share", () => {
  const none = { input: null, output: null, cache_read: null, cache_write: null, reasoning: null };
  const cost = { amount: "0", currency: "USD", unpriced_tokens: 30 };
  expect([unpricedShare(item("a", { cost })), unpricedShare(item("a", { tokens: none }))]).toEqual([0.25, null]);
});

test("a row leads to its runs, with the filter that is there", () => {
  expect([runsBehind("status:error", "model", "gpt 4"), runsBehind("", "room", null), runsBehind("", "model", null), runsBehind("", "provider", "openai")])
    .toEqual(['status:error model:"gpt 4"', "-room:*", null, null]);
});

test("rows sort by a column, the largest first and the unknown last", () => {
  const rows = [item("a", { p95_ms: null }), item("b", { p95_ms: 5 }), item("c", { p95_ms: 9 })];
  expect(sortItems(rows, "p95").map(({ key }) => key)).toEqual(["c", "b", "a"]);
});

test("the CSV quotes, runs no formula and keeps every digit of money", () => {
  const exact = { amount: "0.1234567890123456789", currency: "USD", unpriced_tokens: 0 };
  expect(csvOf("user", [item('=1+"2",3'), item(null, { cost: exact })], item(null, { runs: 2 })).split("\r\n")).toEqual([
    "user,runs,spans,errors,input,output,cached,cost,unpriced,p50_ms,p95_ms,p99_ms",
    `"'=1+""2"",3",1,2,0,100,20,,0.5,0,,,`,
    ",1,2,0,100,20,,0.1234567890123456789,0,,,",
    "total,2,2,0,100,20,,0.5,0,,,",
    "",
  ]);
});

test("the period before is as long, and its bins stand beneath those of now", () => {
  const range = { from: "now-3m", to: "now" };
  expect(rangeBefore(range, NOW)).toEqual({ from: "2026-11-21T11:54:30.000Z", to: "2026-11-21T11:57:30.000Z" });
  const bins = binsOf(range, "minute", NOW);
  const before = [item("a", { at: minute(-6) }), item("b", { at: minute(-6) }), item("a", { at: minute(-4) })];
  expect(ghostOf(before, range, "minute", "cost", NOW, bins)).toEqual({ name: "period before", values: [1, 0, 0.5, 0] });
  expect(ghostOf([], range, "minute", "cost", NOW, bins)).toBeUndefined();
});

test("a change is a share of what was, and of nothing there is none", () => {
  expect([changeOf(112, 100), changeOf(1, 0), changeOf(null, 3)].map((change) => change && Number(change.toFixed(2)))).toEqual([0.12, null, null]);
  expect([0.12, -0.5, 0.001, 13].map(sayChange)).toEqual(["▲ 12%", "▼ 50%", "≈ same", "▲ ×14"]);
});
