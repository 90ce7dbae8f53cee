import { expect, test } from "vitest";
import type { Run } from "./api";
import { causesOf, filterOf, shapeOf } from "./failures";

const failed = (id: string, agent: string | null, type: string | null, message: string | null, status: Run["status"] = "error"): Run =>
  ({ id, agent, status, error: type === null && message === null ? null : { type, message, span_id: null } }) as unknown as Run;

test("a message has a shape without numbers, ids and what is quoted", () => {
  expect(shapeOf("call 17 of 'search' took 5.2 s, run 5b8efff798038103")).toBe("call … of … took … s, run …");
});

test("runs that failed alike are one cause, the most frequent first, with the newest run of each", () => {
  const runs = [
    failed("3", "b", "Timeout", "Timeout: no answer within 5 s"), failed("2", null, null, null, "lost"), failed("1", "a", "Timeout", "no answer within 30 s"),
  ];
  expect(causesOf(runs).map(({ type, message, runs: count, agents, newest }) => [type, message, count, agents, newest.id])).toEqual([
    ["Timeout", "no answer within 5 s", 2, ["a", "b"], "3"],
    [null, "its process went silent", 1, [], "2"],
  ]);
});

test("a cause leads to its runs by its type, or by the words of its message that stay", () => {
  const [typed, said, lost] = [failed("1", null, "Time out", "x"), failed("2", null, null, "rate limited (429). Retry"), failed("3", null, null, null, "lost")]
    .flatMap((run) => causesOf([run])).map(filterOf);
  expect([typed, said, lost]).toEqual(['status:error,lost error:"Time out"', 'status:error,lost error:~"rate limited \\\\(.*\\\\)\\\\. Retry"', "status:lost"]);
});
