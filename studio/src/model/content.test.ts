import { describe, expect, test } from "vitest";
import { type Content, hasContent, type Message, turnsOf } from "./content";
import { readValue } from "./value";

const call = (id: string | null) => ({ type: "tool_call", id, name: "search", arguments: { q: "x" } }) as const;
const result = (id: string | null) => ({ type: "tool_result", id, name: null, content: [{ type: "text", text: "found" }], is_error: false }) as const;
const message = (role: string, ...parts: Message["parts"]): Message => ({ role, name: null, parts });
const EMPTY: Content = {
  system: [], input: [], output: [], tools: [], tool_call: null, documents: [], query: null, source: {}, truncated: false, withheld: false,
};

describe("a conversation", () => {
  test("shows each result with its call", () => {
    const [one, two] = [call("a"), call("b")];
    const [first, second] = [result("b"), result("a")];
    expect(turnsOf([message("assistant", one, two), message("tool", first), message("tool", second)])).toEqual([
      { role: "assistant", name: null, parts: [{ part: one, result: second }, { part: two, result: first }] },
    ]);
  });

  test("keeps a result that answers nothing, and what was said beside one that does", () => {
    const text = { type: "text", text: "and?" } as const;
    const lone = result("z");
    const asked = call("a");
    const turns = turnsOf([message("tool", lone), message("assistant", asked), message("user", result("a"), text)]);
    expect(turns.map(({ role, parts }) => [role, parts.map(({ part }) => part)])).toEqual([
      ["tool", [lone]], ["assistant", [asked]], ["user", [text]],
    ]);
  });

  test("answers a call once: an id that comes again belongs to the call before it", () => {
    const calls = [call("a"), call("a")] as const;
    const results = [result("a"), result("a"), result("a")] as const;
    const turns = turnsOf([message("assistant", calls[0]), message("tool", results[0]), message("assistant", calls[1]), message("tool", results[1], results[2])]);
    expect(turns.map(({ parts }) => parts.map((shown) => shown.result ?? null))).toEqual([[results[0]], [results[1]], [null]]);
  });

  test("keeps messages without parts and calls without ids", () => {
    const asked = call(null);
    expect(turnsOf([message("user"), message("assistant", asked), message("tool", result(null))])).toHaveLength(3);
  });
});

test("content is there as soon as one field says something", () => {
  expect(hasContent(EMPTY)).toBe(false);
  expect(hasContent({ ...EMPTY, query: "x" })).toBe(true);
  expect(hasContent({ ...EMPTY, withheld: true })).toBe(true);
  expect(hasContent({ ...EMPTY, tools: [{ name: "search", description: null, parameters: null }] })).toBe(true);
});

test("a text that is a list or an object is read as one, any other stays", () => {
  expect([' {"a": 1}', "[1]", "[broken", "5", 5].map(readValue)).toEqual([{ a: 1 }, [1], "[broken", "5", 5]);
});
