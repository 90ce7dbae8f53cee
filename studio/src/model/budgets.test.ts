import { expect, test } from "vitest";
import type { Standing } from "./api";
import { amountOf, isNear, nearLimits, usedShare, whoseBudget } from "./budgets";

const standing = (name: string, used: string, limit: string, exceeded = false): Standing => ({
  name, scope: "project", subject: "", period: "day", unit: "usd", limit, used, unpriced_tokens: 0, exceeded,
});

test("a budget is near its limit from four fifths on, and passed when the server says so", () => {
  const all = [standing("a", "1", "10"), standing("b", "8", "10"), standing("c", "10.01", "10", true), standing("d", "0", "0")];
  expect(all.map(isNear)).toEqual([false, true, true, true]);
  expect(nearLimits(all).map(({ name }) => name)).toEqual(["c", "d", "b"]);
  expect(usedShare(standing("a", "1", "4"))).toBe(0.25);
});

test("amounts and owners are said in words", () => {
  expect([amountOf("12.3", "usd"), amountOf("1200", "tokens")]).toEqual(["$12.30", "1,200 tokens"]);
  expect([whoseBudget({ scope: "project", subject: "" }), whoseBudget({ scope: "agent", subject: "planner" })]).toEqual(["the project", "agent planner"]);
});
