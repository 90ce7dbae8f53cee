import { useSyncExternalStore } from "react";
import { Signal } from "../base/signal";
import { keep, recall } from "../base/store";

/** How much room rows take. */
export type Density = "compact" | "normal" | "comfortable";

export const DENSITIES: readonly Density[] = ["compact", "normal", "comfortable"];

const KEY = "fanlight.density";
const known = (text: string | null): Density => DENSITIES.find((each) => each === text) ?? "normal";

export const density = new Signal<Density>(known(recall(KEY)));

export function setDensity(choice: Density): void {
  keep(KEY, choice);
  density.set(choice);
}

/** Heights of rows in px by what they are normally. */
const HEIGHTS: Readonly<Record<Density, Readonly<Record<number, number>>>> = {
  compact: { 20: 20, 24: 20, 32: 24 },
  normal: {},
  comfortable: { 20: 24, 24: 32, 32: 40 },
};

/** The height of rows that are normally `px` high. */
export function useRowHeight(px: number): number {
  const chosen = useSyncExternalStore(density.watch, density.get);
  return HEIGHTS[chosen][px] ?? px;
}
