import { describe, expect, it } from "vitest";
import { type Block, type Inline, hostBehind, readInline, readMarkdown, safeTarget } from "./markdown";

const told = (inside: readonly Inline[]): string => inside.map((each) => {
  switch (each.type) {
    case "text": return each.text;
    case "code": return `code(${each.text})`;
    case "image": return `image(${each.text}|${each.target})`;
    case "link": return `link(${told(each.inside)}|${each.target})`;
    default: return `${each.type}(${told(each.inside)})`;
  }
}).join("");

const outline = (blocks: readonly Block[]): unknown[] => blocks.map((block) => {
  switch (block.type) {
    case "heading": return `h${block.level} ${told(block.inside)}`;
    case "paragraph": return `p ${told(block.inside)}`;
    case "code": return `code ${block.language}: ${block.text}`;
    case "quote": return ["quote", ...outline(block.blocks)];
    case "list": return [block.start === null ? "ul" : `ol ${block.start}`, ...block.items.map(outline)];
    case "table": return ["table", block.head.map(told), ...block.rows.map((row) => row.map(told))];
    default: return "rule";
  }
});

it("reads what models write", () => {
  expect(outline(readMarkdown([
    "# Plan", "First **bold** and *slanted* text", "over two lines.", "", "- one", "- two", "  - deeper", "", "3. three", "4. four", "",
    "> said", "> twice", "", "```python", "print('**no**')", "```", "", "| a | b |", "|---|:-:|", "| 1 | `x` |", "", "---", "end",
  ].join("\n")))).toEqual([
    "h1 Plan", "p First strong(bold) and em(slanted) text\nover two lines.",
    ["ul", ["p one"], ["p two", ["ul", ["p deeper"]]]], ["ol 3", ["p three"], ["p four"]],
    ["quote", "p said\ntwice"], "code python: print('**no**')",
    ["table", ["a", "b"], ["1", "code(x)"]], "rule", "p end",
  ]);
});

it("keeps code open to the end when nothing closes it", () => expect(outline(readMarkdown("```\na\n\nb"))).toEqual(["code : a\n\nb"]));

it("takes HTML for text", () => {
  expect(outline(readMarkdown('<script>alert(1)</script>\n<img src=x onerror="alert(1)">'))).toEqual(['p <script>alert(1)</script>\n<img src=x onerror="alert(1)">']);
});

it("tells links from images, and finds bare addresses", () => {
  expect(told(readInline("[a](https://x.y/z_(1)) ![b](http://i.mg) <https://c.d> see https://e.f/g?h=1. [bad](javascript:alert(1))"))).toBe(
    "link(a|https://x.y/z_(1)) image(b|http://i.mg) link(|https://c.d) see link(|https://e.f/g?h=1). link(bad|javascript:alert(1))",
  );
  expect(told(readInline(String.raw`snake_case_name 2*3*4 \*not\* ~~gone~~`))).toBe("snake_case_name 2em(3)4 *not* del(gone)");
});

it("lets only http and https be clicked", () => {
  const targets = ["https://a.b", "http://a.b", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "//evil", "/runs", "vbscript:x", "\u0001javascript:x"];
  expect(targets.map(safeTarget)).toEqual(["https://a.b/", "http://a.b/", null, null, null, null, null, null, null]);
});

describe("comes to an end with what makes readers backtrack", () => {
  it.each(["*", "_", "[", "`", "**a ", "> ", "![", "[](", "- ", "<https://", "|", "~~a"])("%s", (part) => {
    expect(readMarkdown(part.repeat(40_000)).length).toBeGreaterThan(0);
  });
});

it("a host that only looks like another is named as browsers know it", () => {
  const targets = ["https://apple.com/x", "https://\u0430pple.com", "HTTPS://A.B", "http://0x7f.1/", "javascript:alert(1)"];
  expect(targets.map(hostBehind)).toEqual([null, "xn--pple-43d.com", "a.b", "127.0.0.1", null]);
});
