import { expect, test } from "vitest";
import { saySampled } from "./sampling";

const everything = { head_rate: 1, tail_rate: 1, spans_sampled: 0, traces_thinned: 0 };

test("nothing is said where everything is kept", () => {
  expect(saySampled(everything)).toEqual([]);
});

test("what is in no total is said, also after everything is kept again", () => {
  expect(saySampled({ ...everything, head_rate: 0.1, spans_sampled: 1200 })).toEqual([
    "Sampled: 10% of traces are taken, and whatever fails. Totals are of what is stored; 1,200 spans left out since the server started.",
  ]);
  expect(saySampled({ ...everything, spans_sampled: 1 })).toHaveLength(1);
});

test("runs without their steps are in every total", () => {
  expect(saySampled({ ...everything, tail_rate: 0, traces_thinned: 5 })).toEqual([
    "Steps are kept of none of the runs that go well: 5 have only their summaries. Totals are exact.",
  ]);
});
