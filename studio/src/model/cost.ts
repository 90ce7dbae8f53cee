/** What is said of a cost: never a zero for what nobody knows the price of. */
import { NONE, formatMoney, formatWhole } from "../base/format";
import type { Cost, Tokens } from "./api";

export interface ShownCost {
  readonly text: string;
  /** Nothing of it could be priced. */
  readonly isUnpriced: boolean;
  /** Some of it could not be priced: the amount is a part of the whole. */
  readonly isPartial: boolean;
  readonly why: string | undefined;
}

/** With `tokens` it is known, too, whether there was anything to price. */
export function costOf({ amount, currency, unpriced_tokens }: Cost, tokens?: Tokens): ShownCost {
  const unpriced = unpriced_tokens ?? 0;
  const untold = `${formatWhole(unpriced)} token${unpriced === 1 ? "" : "s"}`;
  // Where nothing was priced an amount of zero says nothing.
  const isNothing = amount === null || Number(amount) === 0;
  if (isNothing && unpriced > 0) {
    return { text: "unpriced", isUnpriced: true, isPartial: false, why: `No price is known for ${untold}` };
  }
  const hasNone = tokens !== undefined && !tokens.input && !tokens.output;
  if (amount === null || (isNothing && hasNone)) return { text: NONE, isUnpriced: false, isPartial: false, why: "No model call with tokens was reported" };
  const why = unpriced > 0 ? `${amount} ${currency}; no price is known for ${untold} more` : `${amount} ${currency}`;
  return { text: formatMoney(amount, currency), isUnpriced: false, isPartial: unpriced > 0, why };
}
