import { expect, test } from "vitest";
import { costOf } from "./cost";

const cost = (amount: string | null, unpriced: number | null = null) => ({ amount, currency: "USD", unpriced_tokens: unpriced });
const none = { input: 0, output: 0, cache_read: null, cache_write: null, reasoning: null };

test("what nobody knows the price of is unpriced, and never a zero", () => {
  expect([cost(null, 960), cost("0", 960)].map((each) => costOf(each).text)).toEqual(["unpriced", "unpriced"]);
  expect(costOf(cost("0", 1))).toMatchObject({ isUnpriced: true, why: "No price is known for 1 token" });
});

test("a part that is known is shown as a part", () => {
  expect(costOf(cost("0.0038", 960))).toEqual({
    text: "$0.0038", isUnpriced: false, isPartial: true, why: "0.0038 USD; no price is known for 960 tokens more",
  });
});

test("where nothing was to be priced there is a dash; what is free costs nothing", () => {
  expect([costOf(cost(null)).text, costOf(cost("0"), none).text, costOf(cost("0")).text]).toEqual(["—", "—", "$0"]);
});
