import { Signal } from "../base/signal";

export type Theme = "system" | "light" | "dark";

export const THEMES: readonly Theme[] = ["system", "light", "dark"];

// public/theme.js reads the same key before the first paint.
const KEY = "fanlight.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

function stored(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system";
  }
}

export const theme = new Signal<Theme>(stored());

function apply(): void {
  const choice = theme.get();
  const dark = choice === "dark" || (choice === "system" && system.matches);
  document.documentElement.dataset["theme"] = dark ? "dark" : "light";
}

export function setTheme(choice: Theme): void {
  theme.set(choice);
  apply();
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // Storage can be forbidden; the choice then lasts as long as the page.
  }
}

system.addEventListener("change", apply);
