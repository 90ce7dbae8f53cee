import { describe, expect, test } from "vitest";
import { chartOf, formatMetric, namesOf, stepFor, unitNote } from "./metrics";
import type { Bucket, MetricSeries } from "./schema";

const START = Date.UTC(2026, 0, 1);
const at = (seconds: number): string => new Date(START + seconds * 1000).toISOString();
const bucket = (seconds: number, more: Partial<Bucket>): Bucket => ({
  at: at(seconds), value: null, count: null, sum: null, min: null, max: null, p50: null, p95: null, p99: null, ...more,
});
const metric = (type: string, series: MetricSeries["series"]): MetricSeries => ({ name: "queue.depth", type, unit: "1", interval_s: 10, series, truncated: false });
const range = { from: at(3), to: at(40) };

describe("a metric as a chart", () => {
  test("has a bin for every step of its range, and a gap where no point was", () => {
    const one = { attributes: {}, total: null, buckets: [bucket(0, { value: 4 }), bucket(20, { value: 6 }), bucket(90, { value: 9 })] };
    expect(chartOf(metric("gauge", [one]), range, START)).toEqual({
      bins: [0, 10, 20, 30].map((seconds) => START + seconds * 1000), end: START + 40_000, look: "lines", left: 0, newest: [{ name: "queue.depth", value: 6 }], note: "",
      series: [{ name: "queue.depth", values: [4, null, 6, null] }],
    });
  });

  test("of a counter is bars of what was added", () => {
    const one = { attributes: {}, total: 5, buckets: [bucket(10, { value: 5 })] };
    expect(chartOf(metric("sum", [one]), range, START)).toMatchObject({ look: "bars", note: "in 10 s", series: [{ values: [null, 5, null, null] }] });
  });

  test("of a histogram has its percentiles, the p99 only of a hundred samples", () => {
    const few = { attributes: { m: "a" }, total: 3, buckets: [bucket(0, { count: 3, p50: 1, p95: 2, p99: 3 }), bucket(10, { count: 100, p50: 1, p95: 2, p99: 3 })] };
    const more = { attributes: { m: "b" }, total: 9, buckets: [bucket(0, { count: 9, p50: 7, p95: 8, p99: 9 })] };
    expect(chartOf(metric("histogram", [few, more]), range, START)).toMatchObject({
      look: "lines", note: "the fullest of 2 series", newest: [{ name: "p50", value: 1 }, { name: "p95", value: 2 }],
      series: [{ name: "p50", values: [7, 1, null, null] }, { name: "p95", values: [8, 2, null, null] }, { name: "p99", values: [null, 3, null, null] }],
    });
  });

  test("says how many of its series are left out", () => {
    const many = Array.from({ length: 10 }, (_, n) => ({ attributes: { n: String(n) }, total: null, buckets: [bucket(0, { value: n })] }));
    expect(chartOf(metric("gauge", many), range, START)).toMatchObject({ left: 3 });
  });
});

test("series are called by what they do not share", () => {
  const series = [{ service: "api", queue: "in" }, { service: "api", queue: "out" }].map((attributes) => ({ attributes, total: null, buckets: [] }));
  expect(namesOf(metric("gauge", series))).toEqual(["queue=in", "queue=out"]);
});

test("the step of a range gives some dozens of bins", () => {
  expect(["now-15m", "now-1h", "now-7d"].map((from) => stepFor({ from, to: "now" }, START))).toEqual([30, 60, 10_800]);
});

test("values are written in their unit", () => {
  const written = [[0.25, "s"], [268_435_456, "By"], [12.345, "%"], [1234, "{message}"], [0.000_123_4, "1"], [-1234.5, ""]] as const;
  expect(written.map(([value, unit]) => [formatMetric(value, unit), unitNote(unit)])).toEqual([
    ["250 ms", ""], ["256.0 MB", ""], ["12.3%", ""], ["1.23k", "message"], ["0.000123", ""], ["-1230", ""],
  ]);
});
