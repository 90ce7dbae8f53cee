import { expect, it } from "vitest";
import { findJson, isLarge, layJson, touchAll } from "./json-rows";

const VALUE = { id: 7, "a b": [true, null, { deep: { deeper: "needle" } }], none: {}, text: "x" };
const lines = (value: unknown, touched = new Map<string, boolean>() as ReadonlyMap<string, boolean>): string[] =>
  layJson(value, touched).rows.map(({ path, depth, open, size }) => `${"  ".repeat(depth)}${path}${size < 0 ? "" : open ? " ▼" : ` ▶${size}`}`);

it("lays a value as rows, open down to the second level", () => {
  expect(lines(VALUE)).toEqual(["$ ▼", "  $.id", '  $["a b"] ▼', '    $["a b"][0]', '    $["a b"][1]', '    $["a b"][2] ▶1', "  $.none ▶0", "  $.text"]);
  expect(lines(VALUE, new Map([['$["a b"]', false]]))).toEqual(["$ ▼", "  $.id", '  $["a b"] ▶3', "  $.none ▶0", "  $.text"]);
  expect(lines("text")).toEqual(["$"]);
});

it("keeps a large part closed until it is opened", () => {
  const value = { many: Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`key ${at}`, at])) };
  expect(lines(value)).toEqual(["$ ▼", "  $.many ▶10000"]);
  expect(lines(value, touchAll(value, true))).toHaveLength(10_002);
});

it("finds keys and values, with the way to them", () => {
  expect(findJson(VALUE, "NEEDLE")).toEqual([{ path: '$["a b"][2].deep.deeper', above: ["$", '$["a b"]', '$["a b"][2]', '$["a b"][2].deep'] }]);
  expect(findJson(VALUE, "deep").map(({ path }) => path)).toEqual(['$["a b"][2].deep', '$["a b"][2].deep.deeper']);
  expect(findJson(VALUE, " ")).toEqual([]);
});

it("has no trouble with data that nests without end, or holds more than can be shown", () => {
  let deep: unknown = "end";
  for (let at = 0; at < 5_000; at += 1) deep = [deep];
  expect(findJson(deep, "end")[0]?.above).toHaveLength(5_000);
  expect(layJson(Array.from({ length: 300_000 }, () => 0), new Map())).toMatchObject({ truncated: true, rows: { length: 200_000 } });
  expect([isLarge([1, [2, 3]], 5), isLarge([1, [2, 3]], 4), isLarge(undefined, 1)]).toEqual([false, true, false]);
});
