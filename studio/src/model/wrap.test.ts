import { expect, it } from "vitest";
import { placesOf, rowAt, rowText, wrapText } from "./wrap";

const rows = (text: string, columns: number): string[] => {
  const wrapped = wrapText(text, columns);
  return Array.from({ length: wrapped.count }, (_, index) => `${wrapped.numbers[index]} ${rowText(text, wrapped, index)}`);
};

it("cuts lines at a width and keeps their numbers", () => {
  expect(rows("abcdef\n\r\ngh", 4)).toEqual(["1 abcd", "0 ef", "2 ", "3 gh"]);
  expect(rows("", 4)).toEqual(["1 "]);
});

it("takes wide characters for two and cuts none in half", () => {
  expect(rows("日本語", 4)).toEqual(["1 日本", "0 語"]);
  expect(rows("a😀😀", 3)).toEqual(["1 a😀", "0 😀"]);
});

it("finds places and the rows that hold them", () => {
  const text = "one two\nTWO three two";
  const wrapped = wrapText(text, 8);
  expect(placesOf(text, "two")).toEqual([4, 8, 18]);
  expect(placesOf(text, "two").map((at) => rowAt(wrapped, at))).toEqual([0, 1, 2]);
  expect(placesOf(text, "")).toEqual([]);
});

it("lays five megabytes at once, and a text of line breaks alone up to a bound", () => {
  expect(wrapText("x".repeat(5_000_000), 100).count).toBe(50_000);
  expect(wrapText("\n".repeat(3_000_000), 100)).toMatchObject({ count: 1_000_000, truncated: true });
});
