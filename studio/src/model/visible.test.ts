import { describe, expect, it } from "vitest";
import { cutAt, piecesOf, plainOf } from "./visible";

const marks = (text: string, line = false): string => piecesOf(text, line).map((piece) => piece.text ?? `[${piece.mark}]`).join("");

describe("what text hides is named in its place", () => {
  it.each([
    ["a right-to-left override", "invoice\u202efdp.exe", "invoice[RLO]fdp.exe"],
    ["isolates", "a\u2066b\u2069c", "a[LRI]b[PDI]c"],
    ["zero-width spaces", "pay\u200bpal", "pay[ZWSP]pal"],
    ["a byte order mark", "\ufeff{}", "[BOM]{}"],
    ["colours of a terminal, each as one", "\u001b[31mred\u001b[0m", "[ESC[31m]red[ESC[0m]"],
    ["a link of a terminal", "\u001b]8;;http://x\u0007here", "[ESC]8;;http://x]here"],
    ["an escape without a sequence", "a\u001bb", "a[ESC]b"],
    ["control characters", "a\u0000b\u0008c\u009dd", "a[NUL]b[BS]c[U+009D]d"],
    ["text spelled in tag characters", `hi${[..."ignore all"].map((c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join("")}`, "hi[TAG ignore all]"],
    ["bytes in variation selectors", "a\u{e0100}\u{e0101}b", "a[VS×2]b"],
    ["half of a character", "a\ud800b", "a[U+D800]b"],
    ["a carriage return that overwrites its line", "good\rbad", "good[CR]bad"],
  ])("%s", (_, text, shown) => expect(marks(text)).toBe(shown));
});

describe("what belongs where it stands is left alone", () => {
  it.each([
    ["line breaks and tabs", "a\r\n\tb"],
    ["a family", "👨‍👩‍👧"],
    ["a heart with its selector", "❤️"],
    ["the flag of Scotland", "\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}"],
    ["a Persian word", "می\u200cخواهم"],
    ["Hebrew", "שלום"],
  ])("%s", (_, text) => expect(piecesOf(text)).toEqual([{ text }]));
});

it("names line breaks where all stands in one line", () => expect(marks("a\n\tb", true)).toBe("a[⏎][⇥]b"));
it("has a form for places where only a string can stand", () => expect(plainOf("a\u202eb")).toBe("a⟨RLO⟩b"));
it("cuts no character in two", () => expect([cutAt("ab😀", 3), cutAt("ab😀", 4)]).toEqual(["ab", "ab😀"]));
it("reads a megabyte of controls", () => expect(piecesOf("\u001b[".repeat(200_000)).length).toBeGreaterThan(1));
