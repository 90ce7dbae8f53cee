/** Numbers as people read them. What was not reported is an em dash, never a zero. */

export const NONE = "—";

/** `950`, `8.1k`, `1.24M`. */
export function formatCount(value: number | null | undefined): string {
  if (value === null || value === undefined) return NONE;
  if (value < 1000) return String(value);
  const [scale, unit] = value < 999_950 ? [1e3, "k"] : value < 999_950_000 ? [1e6, "M"] : [1e9, "G"];
  const scaled = value / (scale as number);
  return `${scaled.toFixed(scaled < 10 ? 2 : 1).replace(/\.0+$|(\.\d*?)0+$/, "$1")}${unit}`;
}

/** `1,234,567`. */
export function formatWhole(value: number): string {
  return value.toLocaleString("en-US");
}

/** Money of a decimal string: `$0.0042`, `$12.30`, `EUR 3.10`. */
export function formatMoney(amount: string | null | undefined, currency = "USD"): string {
  if (amount === null || amount === undefined) return NONE;
  const value = Number(amount);
  if (!Number.isFinite(value)) return amount;
  const sign = `${value < 0 ? "-" : ""}${currency === "USD" ? "$" : `${currency} `}`;
  const size = Math.abs(value);
  if (size === 0) return `${sign}0`;
  if (size < 0.0001) return `<${sign}0.0001`;
  // Cents are always two, and what is less than ten has its parts where it has any.
  return `${sign}${size < 0.1 ? size.toFixed(4).replace(/00$/, "") : size.toFixed(2)}`;
}

/** `512 B`, `14.2 KB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const [scale, unit] = bytes < 1024 ** 2 ? [1024, "KB"] : bytes < 1024 ** 3 ? [1024 ** 2, "MB"] : [1024 ** 3, "GB"];
  return `${(bytes / (scale as number)).toFixed(1)} ${unit}`;
}

/** `1 run`, `3 runs`. */
export function plural(count: number, noun: string): string {
  return `${formatWhole(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** `0`, `<0.1%`, `2.4%`, `38%`. */
export function formatShare(share: number): string {
  if (share === 0) return "0";
  if (share < 0.001) return "<0.1%";
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)}%`;
}
