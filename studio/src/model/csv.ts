/** Tables as CSV for spreadsheets, which take some texts for formulas. */

/** A text, a number, a decimal number as text, or nothing. */
export type Cell = string | number | boolean | null | undefined | { readonly decimal: string };

/** Amounts are decimals as text: every digit is kept, and their sign is no formula. */
export const decimal = (text: string | null | undefined): Cell => (text === null || text === undefined ? null : { decimal: text });

const FORMULA = /^ *[=+\-@\t\r\n\0＝＋－＠]/;
const DECIMAL = /^-?\d+(\.\d+)?$/;

function cellOf(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "number") return Number.isFinite(cell) ? String(cell) : "";
  if (typeof cell === "boolean") return String(cell);
  if (typeof cell === "object") return DECIMAL.test(cell.decimal) ? cell.decimal : cellOf(cell.decimal);
  const safe = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Rows under their heads, as RFC 4180 has them. What a spreadsheet would run begins with an apostrophe. */
export function csvText(heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [heads, ...rows].map((row) => `${row.map(cellOf).join(",")}\r\n`).join("");
}
