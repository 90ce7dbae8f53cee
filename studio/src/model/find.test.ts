import { afterEach, describe, expect, test } from "vitest";
import { helpLines, keyLabel } from "../base/keys";
import { clockTime, shortTime } from "../base/time";
import { zone } from "../base/zone";
import { hasValues, hintFor, suggest, wantedAt } from "./completion";
import { excludeTerm, includeTerm } from "./filter";
import { fuzzy, rank } from "./fuzzy";
import { labelOf, parseTyped, zoomOut } from "./range";
import type { FilterField } from "./schema";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const field = (name: string, takes: string, more: Partial<FilterField> = {}): FilterField => ({ name, takes, operators: [], units: [], values: [], ...more });
const FIELDS = [
  field("status", "choice", { values: ["ok", "error"] }), field("agent", "text", { operators: ["~"] }),
  field("dur", "duration", { operators: [">", "<"], units: ["ms", "s"] }), field("attr.", "attribute"),
];
const labels = (draft: string, values: readonly { value: string; count: number | null }[] = []): readonly string[] => {
  const wanted = wantedAt(draft, FIELDS);
  return wanted === null ? [] : suggest(wanted, FIELDS, values).map(({ label, draft: after }) => `${label} → ${after}`);
};

afterEach(() => zone.set("local"));

describe("completion", () => {
  test("offers fields, those that begin so first", () => {
    expect(labels("a")).toEqual(["agent → agent:", "attr.… → attr.", "status → status:"]);
    expect(labels("status:error -ag")).toEqual(["agent → status:error -agent:"]);
    expect(labels("status:error ")).toHaveLength(4);
  });

  test("offers the values of a choice, and of a list after its comma", () => {
    expect(labels("status:")).toEqual(["ok → status:ok", "error → status:error"]);
    expect(labels("-status:ok,e")).toEqual(["error → -status:ok,error"]);
  });

  test("asks the server for words, quotes them and tells how often they are there", () => {
    const wanted = wantedAt('agent:"trip p', FIELDS);
    expect(wanted).toMatchObject({ asked: "agent", prefix: "trip p", before: "agent:" });
    expect(wanted && hasValues(wanted)).toBe(true);
    expect(wanted && suggest(wanted, FIELDS, [{ value: "trip planner", count: 1200 }])).toEqual([
      { draft: 'agent:"trip planner"', label: "trip planner", detail: "1,200", isWhole: true },
    ]);
  });

  test("offers keys of attributes, then their values", () => {
    expect(wantedAt("attr.us", FIELDS)).toMatchObject({ asked: "attr.", prefix: "us" });
    expect(labels("attr.us", [{ value: "user.id", count: 3 }])).toEqual(["attr.user.id → attr.user.id:"]);
    expect(labels("attr.us", [{ value: "user id", count: 3 }])).toEqual(['attr.user id → attr."user id":']);
    expect(wantedAt('attr."user id":4', FIELDS)).toMatchObject({ asked: 'attr."user id"', prefix: "4" });
  });

  test("has nothing to say inside quotes, brackets or of a field that nobody knows", () => {
    expect([wantedAt('"timed o', FIELDS), wantedAt("(a OR ", FIELDS), wantedAt("nope:x", FIELDS)]).toEqual([null, null, null]);
  });

  test("says which operators and units there are", () => {
    const wanted = wantedAt("dur:", FIELDS);
    expect(wanted && hintFor(wanted)).toBe("> < · units ms s");
    expect(wanted && hasValues(wanted)).toBe(false);
  });
});

describe("a value that is clicked", () => {
  test("is let in or kept out, and each takes the other back", () => {
    expect(includeTerm("a:1", "b:2")).toBe("a:1 b:2");
    expect(excludeTerm("a:1 b:2", "b:2")).toBe("a:1");
    expect(excludeTerm("a:1", "b:2")).toBe("a:1 -b:2");
    expect(includeTerm("a:1 -b:2", "b:2")).toBe("a:1");
  });
});

describe("fuzzy matching", () => {
  test("finds letters in their order, and words in any", () => {
    expect(fuzzy("lgs", "Logs")?.places).toEqual([0, 2, 3]);
    expect(fuzzy("lobby room", "Room lobby")?.places).toEqual([0, 1, 2, 3, 5, 6, 7, 8, 9]);
    expect(fuzzy("xyz", "Logs")).toBeNull();
  });

  test("puts beginnings of words before what lies inside", () => {
    const names = ["Catalogs", "trip-log", "Logs"];
    expect(rank("log", names, (name) => name).map(({ item }) => item)).toEqual(["Logs", "trip-log", "Catalogs"]);
    expect(rank("rn", ["support-morning", "Runs"], (name) => name)[0]?.item).toBe("Runs");
    expect(rank("", names, (name) => name).map(({ item }) => item)).toEqual(names);
  });
});

describe("a time range that is typed", () => {
  const typed = (text: string): readonly [string, string] | null => {
    const range = parseTyped(text, NOW);
    return range && [range.from, range.to];
  };

  test("takes lengths, days and dates", () => {
    zone.set("utc");
    expect(["3h", "last 2 days", "90 min", "120m"].map(typed)).toEqual([["now-3h", "now"], ["now-2d", "now"], ["now-90m", "now"], ["now-2h", "now"]]);
    expect(typed("yesterday")).toEqual(["2026-11-20T00:00:00.000Z", "2026-11-21T00:00:00.000Z"]);
    expect(typed("today")).toEqual(["2026-11-21T00:00:00.000Z", "now"]);
    expect(typed("2026-11-20 14:00")).toEqual(["2026-11-20T14:00:00.000Z", "now"]);
    expect(typed("2026-11-19")).toEqual(["2026-11-19T00:00:00.000Z", "2026-11-20T00:00:00.000Z"]);
    for (const end of ["2026-11-20 15:00", "15:00", "2026-11-20T15:00:00Z"]) {
      expect(typed(`2026-11-20 14:00 to ${end}`)).toEqual(["2026-11-20T14:00:00.000Z", "2026-11-20T15:00:00.000Z"]);
    }
  });

  test("is refused when it means nothing or ends before it begins", () => {
    expect(["soon", "0h", "3 lightyears", "2026-11-20 15:00 to 2026-11-20 14:00"].map(typed)).toEqual([null, null, null, null]);
  });

  test("grows to twice its length, live or not", () => {
    expect(zoomOut({ from: "now-90m", to: "now" }, NOW)).toEqual({ from: "now-3h", to: "now" });
    expect(zoomOut({ from: "2026-11-21T10:00:00Z", to: "2026-11-21T11:00:00Z" }, NOW)).toEqual({ from: "2026-11-21T09:30:00.000Z", to: "2026-11-21T11:30:00.000Z" });
    expect(zoomOut({ from: "2026-11-21T10:00:00Z", to: "2026-11-21T12:00:00Z" }, NOW).to).toBe("2026-11-21T12:00:00.000Z");
  });

  test("has a short name in the zone that is shown", () => {
    zone.set("utc");
    expect(labelOf({ from: "2026-11-20T10:00:00Z", to: "2026-11-20T11:00:00Z" }, NOW)).toBe("Nov 20 10:00 – 11:00");
    expect(labelOf({ from: "2026-11-20T10:00:00Z", to: "now" }, NOW)).toBe("Nov 20 10:00 – now");
    expect(labelOf({ from: "2026-11-20T00:00:00Z", to: "2026-11-21T00:00:00Z" }, NOW + 86_400_000)).toBe("Nov 20 00:00 – Nov 21 00:00");
    expect(labelOf({ from: "2026-11-21T10:00:05Z", to: "2026-11-21T11:00:00Z" }, NOW)).toBe("10:00:05 – 11:00");
  });
});

test("times are those of the zone that is chosen", () => {
  zone.set("utc");
  expect([clockTime(NOW + 7), shortTime(NOW, NOW), shortTime(NOW - 86_400_000, NOW)]).toEqual(["12:00:00.007", "12:00:00", "Nov 20 12:00"]);
});

describe("the list of keys", () => {
  test("has keys of the same deed in one line, and none that another takes first", () => {
    const page = { name: "Logs", bindings: [{ keys: "j", label: "Next" }, { keys: "ArrowDown", label: "Next" }, { keys: "y", label: "Copy" }] };
    const all = { name: "Everywhere", bindings: [{ keys: "y", label: "Copy link" }, { keys: "?", label: "All keys" }] };
    expect(helpLines([page, all])).toEqual([
      { name: "Logs", lines: [{ label: "Next", keys: ["j", "ArrowDown"] }, { label: "Copy", keys: ["y"] }] },
      { name: "Everywhere", lines: [{ label: "All keys", keys: ["?"] }] },
    ]);
  });

  test("prints keys as keyboards do", () => {
    expect([keyLabel("Mod+k", false), keyLabel("Mod+k", true), keyLabel("g r"), keyLabel("ArrowDown")]).toEqual([["Ctrl", "K"], ["⌘", "K"], ["g", "r"], ["↓"]]);
  });
});
