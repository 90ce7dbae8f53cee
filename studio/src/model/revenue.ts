/** Revenue beside cost, laid out for a chart and a table. Amounts are decimal texts; a chart alone rounds them. */
import type { BillingLine, Revenue, RevenueItem, RevenueReport } from "./api";
import { type Cell, csvText, decimal } from "./csv";
import { addTerm, quoteValue } from "./filter";
import type { Series } from "./usage";

export const REVENUE_GROUPS = ["agent", "model", "room", "user", "customer", "run"] as const;
export type RevenueGroup = (typeof REVENUE_GROUPS)[number];

const DOLLARS = "USD";

/** The currencies that were earned in, dollars first: costs are in dollars. */
export function currenciesOf({ total }: RevenueReport): string[] {
  const names = total.revenue.map(({ currency }) => currency);
  return [...new Set([...(names.length === 0 || names.includes(DOLLARS) ? [DOLLARS] : []), ...names])];
}

export const inCurrency = ({ revenue }: RevenueItem, currency: string): Revenue | null => revenue.find((each) => each.currency === currency) ?? null;

/** What share of the net is left; null where there is no margin, nothing was earned, or nobody knows what anything cost. */
export function marginShare(item: RevenueItem): number | null {
  const net = Number(inCurrency(item, DOLLARS)?.net ?? 0);
  const isUnpriced = Number(item.cost.amount ?? 0) === 0 && (item.cost.unpriced_tokens ?? 0) > 0;
  return item.margin === null || net <= 0 || isUnpriced ? null : Number(item.margin) / net;
}

/** Net by the start of its interval, in ms since 1970. */
export const netByTime = (items: readonly RevenueItem[], currency: string): ReadonlyMap<number, number> =>
  new Map(items.flatMap((item) => (item.at === null ? [] : [[Date.parse(item.at), Number(inCurrency(item, currency)?.net ?? 0)] as const])));

/** Net of one currency over the bins and, in dollars, cost and margin beside it. */
export function moneySeries(items: readonly RevenueItem[], bins: readonly number[], currency: string): Series[] {
  const at = new Map(items.map((item) => [item.at === null ? Number.NaN : Date.parse(item.at), item]));
  const line = (name: string, read: (item: RevenueItem) => string | null | undefined): Series => ({
    name,
    values: bins.map((bin) => {
      const item = at.get(bin);
      return item === undefined ? 0 : Number(read(item) ?? 0);
    }),
  });
  const net = line("net revenue", (item) => inCurrency(item, currency)?.net);
  if (currency !== DOLLARS) return [net];
  return [net, line("cost", (item) => item.cost.amount), line("margin", (item) => item.margin)];
}

/** The filter of the runs behind a row; null where runs know no such field. */
export function runsOf(group: RevenueGroup, key: string | null): string | null {
  if (key === null || group === "customer" || group === "run") return null;
  return addTerm("", `${group}:${quoteValue(key)}`);
}

function linesOf(name: string | null, item: RevenueItem): Cell[][] {
  return [...new Set([DOLLARS, ...item.revenue.map(({ currency }) => currency)])].flatMap((currency) => {
    const sums = inCurrency(item, currency);
    if (!sums && item.runs === 0) return [];
    const money = [sums?.gross, sums?.refunds, sums?.fees, sums?.adjustments, sums?.net, sums?.payouts].map(decimal);
    const cost = currency === DOLLARS ? [item.runs, decimal(item.cost.amount), decimal(item.margin)] : [null, null, null];
    return [[name, currency, ...money, sums?.events, ...cost, item.margin_note]];
  });
}

/** Revenue of every currency, a row each; the cost stands with the dollars alone, so that a column adds up. */
export function revenueCsv(group: RevenueGroup, { items, total }: RevenueReport): string {
  const heads = [group, "currency", "gross", "refunds", "fees", "adjustments", "net", "payouts", "events", "runs", "cost_usd", "margin_usd", "note"];
  return csvText(heads, [...items.flatMap((item) => linesOf(item.key, item)), ...linesOf("total", total)]);
}

export function billingCsv(lines: readonly BillingLine[]): string {
  const heads = ["id", "occurred_at", "kind", "amount", "currency", "customer", "agent", "run", "description", "received_at"];
  return csvText(heads, lines.map((line) => [
    line.id, line.occurred_at, line.kind, decimal(line.amount), line.currency, line.customer, line.agent, line.run, line.description, line.received_at,
  ]));
}
