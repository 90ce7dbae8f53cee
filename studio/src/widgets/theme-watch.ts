import { useSyncExternalStore } from "react";

const root = document.documentElement;

function watch(onChange: () => void): () => void {
  const observer = new MutationObserver(onChange);
  observer.observe(root, { attributeFilter: ["data-theme"] });
  return () => observer.disconnect();
}

/** The theme in force, for what is drawn on a canvas and so gets no colours from CSS. */
export function useThemeName(): string {
  return useSyncExternalStore(watch, () => root.dataset["theme"] ?? "light");
}

/** Reads colours of the theme by their CSS variables. */
export function colourReader(): (variable: string) => string {
  const style = getComputedStyle(root);
  const known = new Map<string, string>();
  return (variable) => {
    const found = known.get(variable) ?? style.getPropertyValue(variable);
    known.set(variable, found);
    return found;
  };
}
