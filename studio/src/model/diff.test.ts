import { describe, expect, it } from "vitest";
import { type Diff, diffTexts, diffWords, shortestEdit } from "./diff";

const side = (diff: Diff, name: "left" | "right"): string =>
  diff.rows.flatMap((row) => (row[name] ? [row[name].pieces.map(({ text }) => text).join("")] : [])).join("\n");

/** The same numbers each time: what fails once fails again. */
function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
}

it("shows a changed line beside what it was, with the words that differ", () => {
  const { rows, removed, added } = diffTexts("one\ntwo words\nthree", "one\ntwo swords\nthree\nfour");
  expect([removed, added]).toEqual([1, 2]);
  expect(rows.map(({ kind, left, right }) => [kind, left?.number, right?.number])).toEqual([
    ["same", 1, 1], ["changed", 2, 2], ["same", 3, 3], ["added", undefined, 4],
  ]);
  expect(rows[1]?.left?.pieces).toEqual([{ text: "two ", changed: false }, { text: "words", changed: true }]);
  expect(rows[1]?.right?.pieces).toEqual([{ text: "two ", changed: false }, { text: "swords", changed: true }]);
});

it("keeps both texts whole, whatever they are", () => {
  const next = random(7);
  for (let round = 0; round < 300; round += 1) {
    const text = (): string => Array.from({ length: Math.floor(next() * 12) }, () => "abc"[Math.floor(next() * 3)]).join(next() < 0.5 ? "\n" : " \n");
    const [left, right] = [text(), text()];
    const diff = diffTexts(left, right);
    expect([side(diff, "left"), side(diff, "right")]).toEqual([left, right]);
    const words = diffWords(left, right);
    expect([words.left.map((piece) => piece.text).join(""), words.right.map((piece) => piece.text).join("")]).toEqual([left, right]);
  }
});

it("finds the shortest way", () => {
  const codes = (text: string): number[] => [...text].map((each) => each.charCodeAt(0));
  const steps = shortestEdit(codes("abcabba"), codes("cbabac"), 100);
  expect(steps?.filter((step) => step !== "same")).toHaveLength(5);
  expect(shortestEdit([1, 2, 3], [4, 5, 6], 3)).toBeNull();
  expect(shortestEdit([], [], 3)).toEqual([]);
});

describe("bounds", () => {
  it("says so when texts are too unlike", () => {
    const lines = (mark: string): string => Array.from({ length: 5_000 }, (_, at) => `${mark}${at}`).join("\n");
    const diff = diffTexts(lines("a"), lines("b"));
    expect([diff.rough, diff.removed, diff.added]).toEqual([true, 5_000, 5_000]);
  });
  it("says so when texts have too many lines", () => {
    const long = "x\n".repeat(30_000);
    expect(diffTexts(long, long)).toMatchObject({ truncated: true, removed: 0, added: 0 });
  });
});
