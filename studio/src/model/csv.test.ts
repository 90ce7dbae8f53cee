import { expect, test } from "vitest";
import { csvText, decimal } from "./csv";

test("rows stand under their heads, and what is not known is an empty cell", () => {
  expect(csvText(["name", "runs", "cost"], [["a", 3, decimal("0.000000000001")], [null, undefined, decimal(null)]])).toBe(
    "name,runs,cost\r\na,3,0.000000000001\r\n,,\r\n",
  );
});

test("quotes, commas and lines are kept inside of their cell", () => {
  expect(csvText(["t"], [['say "hi"'], ["a,b"], ["a\nb"]])).toBe('t\r\n"say ""hi"""\r\n"a,b"\r\n"a\nb"\r\n');
});

test("what a spreadsheet would take for a formula is text", () => {
  const texts = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1", "\0=1"];
  for (const text of texts) expect(csvText([], [[text]])).toMatch(/^\r\n"?'/);
  expect(csvText(["=head"], [[decimal("=1")]])).toBe("'=head\r\n'=1\r\n");
});

test("a number keeps its sign", () => {
  expect(csvText([], [[-1.5, decimal("-0.10"), Number.NaN, true]])).toBe("\r\n-1.5,-0.10,,true\r\n");
});
