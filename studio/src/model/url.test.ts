import { describe, expect, test } from "vitest";
import { addTerm, attributeTerm, blamedTerm, parseTerms, quoteValue, removeTerm } from "./filter";
import { frozenLink } from "./link";
import { boundsOf, freeze, isLive, labelOf, momentOf, parseTyped, shift } from "./range";

const NOW = Date.parse("2026-11-21T12:00:00Z");

describe("the filter line", () => {
  const line = 'status:error -kind:tool,llm dur:>2s attr."user id":42 "timed out" (a OR b) plain';

  test("is cut into terms that lose nothing", () => {
    expect(parseTerms(line).map(({ text }) => text)).toEqual([
      "status:error", "-kind:tool,llm", "dur:>2s", 'attr."user id":42', '"timed out"', "(a OR b)", "plain",
    ]);
    expect(parseTerms(line).every(({ text, at }) => line.startsWith(text, at))).toBe(true);
  });

  test("knows the key of each term", () => {
    expect(parseTerms(line).map(({ key, value, negated }) => [key, value, negated])).toEqual([
      ["status", "error", false], ["kind", "tool,llm", true], ["dur", ">2s", false], ['attr."user id"', "42", false],
      [null, '"timed out"', false], [null, "(a OR b)", false], [null, "plain", false],
    ]);
  });

  test("keeps what makes no sense, for the server to say so", () => {
    expect(parseTerms('"open  (x :: ').map(({ text }) => text)).toEqual(['"open  (x :: ']);
    expect(parseTerms(") : -").map(({ text }) => text)).toEqual([")", ":", "-"]);
  });

  test("gains a term once and loses it again", () => {
    const more = addTerm("status:error", "agent:planner");
    expect(more).toBe("status:error agent:planner");
    expect(addTerm(more, "agent:planner")).toBe(more);
    expect(removeTerm(more, 0)).toBe("agent:planner");
    expect(removeTerm("one", 0)).toBe("");
  });

  test("quotes what would otherwise mean something else", () => {
    expect(["gpt-5", "two words", 'a "b"', "-x", "pre*", "a:b", ""].map(quoteValue)).toEqual([
      "gpt-5", '"two words"', '"a \\"b\\""', '"-x"', '"pre*"', '"a:b"', '""',
    ]);
    expect(attributeTerm("attr", "user.id", "4 2")).toBe('attr.user.id:"4 2"');
    expect(attributeTerm("resource", "user id", "42")).toBe('resource."user id":42');
    for (const value of ["two words", 'a "b"', "x) (y"]) expect(parseTerms(`k:${quoteValue(value)} z`)).toHaveLength(2);
  });

  test("finds the term that the server blames by its column", () => {
    expect(blamedTerm("status:error nope:1 x", "filter, column 14: there is no key nope")).toBe(1);
    expect(blamedTerm("status:error", "the server is busy")).toBe(-1);
  });
});

describe("a time range", () => {
  test("is read in every form the URL may have", () => {
    expect([momentOf("now", NOW), momentOf("now-15m", NOW), momentOf("2026-11-21T11:00:00Z", NOW), momentOf("soon", NOW)]).toEqual([
      NOW, NOW - 900_000, NOW - 3_600_000, null,
    ]);
  });

  test("that ends now is open for what comes next", () => {
    expect(boundsOf({ from: "now-1h", to: "now" }, NOW)).toEqual({ from: "2026-11-21T11:00:00.000Z" });
    expect(isLive({ from: "now-1h", to: "now" })).toBe(true);
    expect(isLive({ from: "now-2h", to: "now-1h" })).toBe(false);
  });

  test("walks back by its own length, and not into the future", () => {
    const hour = { from: "now-1h", to: "now" };
    expect(shift(hour, -1, NOW)).toEqual({ from: "2026-11-21T10:00:00.000Z", to: "2026-11-21T11:00:00.000Z" });
    expect(shift(hour, 1, NOW)).toEqual(hour);
  });

  test("may be typed", () => {
    expect(parseTyped("90m", NOW)).toEqual({ from: "now-90m", to: "now" });
    expect(parseTyped("2026-11-20T10:00:00Z to 2026-11-20T11:00:00Z", NOW)).toEqual({ from: "2026-11-20T10:00:00.000Z", to: "2026-11-20T11:00:00.000Z" });
    expect(parseTyped("whenever", NOW)).toBeNull();
  });

  test("has a name", () => {
    expect([labelOf({ from: "now-1h", to: "now" }), labelOf({ from: "now-90m", to: "now" })]).toEqual(["Last hour", "Last 90m"]);
  });

  test("is frozen in a copied link, which keeps everything else", () => {
    const link = new URL(frozenLink("http://host/p/default/runs?q=status%3Aerror&from=now-15m&later=1", NOW));
    expect(Object.fromEntries(link.searchParams)).toEqual({
      q: "status:error", from: "2026-11-21T11:45:00.000Z", to: "2026-11-21T12:00:00.000Z", later: "1",
    });
    expect(freeze({ from: "2026-01-01T00:00:00Z", to: "now" }, NOW).from).toBe("2026-01-01T00:00:00.000Z");
  });
});
