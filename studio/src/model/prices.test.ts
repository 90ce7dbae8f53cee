import { expect, test } from "vitest";
import type { Price } from "./api";
import { doneShare, otherKinds, pricesCsv, pricesOf, shownPrice } from "./prices";

const price = (prices: Price["prices"]): Price => ({ provider: "", model: "my-*", source: "project", prices, created_at: "2026-11-21T12:00:00Z" });

test("a price is shown with every digit, and one by the size of a request with its steps", () => {
  expect([shownPrice("2.50"), shownPrice([{ above_input_tokens: 0, price: "1" }, { above_input_tokens: 200000, price: "2" }]), shownPrice(undefined)]).toEqual([
    "$2.50", "$1, over 200,000 tokens $2", "—",
  ]);
  expect(otherKinds(price({ input: "1", reasoning: "3" }))).toBe("reasoning $3");
});

test("a form's empty fields are not set, and a dollar sign does no harm", () => {
  expect(pricesOf({ input: " $2.50 ", output: "", cache_read: "0" })).toEqual({ input: "2.50", cache_read: "0" });
});

test("computing anew is done when it says so, also where there was nothing to do", () => {
  expect([doneShare({ days: 4, days_done: 1, state: "running" }), doneShare({ days: 0, days_done: 0, state: "waiting" }), doneShare({ days: 0, days_done: 0, state: "done" })]).toEqual([0.25, 0, 1]);
});

test("as CSV each kind has a column", () => {
  expect(pricesCsv([price({ output: "2", input: "1" })])).toBe("model,provider,source,input,output,set_at\r\nmy-*,,project,1,2,2026-11-21T12:00:00Z\r\n");
});
