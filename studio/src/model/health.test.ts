import { expect, test } from "vitest";
import type { SignalCounts } from "./api";
import { adviceFor, lossesOf, reasonsOf, termsOf } from "./health";

const counts = (more: Partial<SignalCounts>): SignalCounts => ({
  signal: "traces", received: 0, stored: 0, duplicates: 0, conflicts: 0, waiting: 0, rejected: {}, dropped: {}, parked: {}, mended: {}, refused: {}, uncounted: {}, sampled: {}, thinned: {}, ...more,
});

test("the parts of what was received add up to it", () => {
  const all = counts({ received: 20, stored: 10, duplicates: 2, conflicts: 1, waiting: 3, rejected: { malformed: 2, torn: 1 }, parked: { store: 1 } });
  const terms = termsOf(all);
  expect(terms.map(({ name, count, isLoss }) => [name, count, isLoss])).toEqual([
    ["stored", 10, false], ["duplicates", 2, false], ["conflicts", 1, false], ["waiting", 3, false], ["parked", 1, true], ["rejected", 3, true],
  ]);
  expect(terms.reduce((total, { count }) => total + count, 0)).toBe(all.received);
});

test("of nothing, nothing was stored", () => {
  expect(termsOf(counts({})).map(({ name, count }) => [name, count])).toEqual([["stored", 0]]);
});

test("losses are items that were not taken and requests that were refused", () => {
  const signals = [counts({ rejected: { malformed: 2 }, dropped: { store: 1 } }), counts({ signal: "logs", refused: { unauthenticated: 4, payload: 5 } })];
  const ledger = { signals, disk: null, refusals: [], masked: [] };
  expect(lossesOf(ledger)).toEqual({ items: 3, requests: 9 });
  expect(reasonsOf(ledger, "refused")).toEqual([
    { signal: "logs", reason: "payload", count: 5 }, { signal: "logs", reason: "unauthenticated", count: 4 },
  ]);
});

test("an unknown reason is said by its name", () => {
  expect([adviceFor("content_type").help, adviceFor("odd_thing").says]).toEqual(["Send application/x-protobuf or application/json.", "odd thing"]);
});

test("whatever name there are too many of, the advice is the same", () => {
  expect(adviceFor("over_max_span_names")).toBe(adviceFor("over_max_tools"));
  expect(adviceFor("over_max_tools").help).toBe("Put what varies into attribute values, or raise the limit below.");
});
