const KEY = "fanlight.project";
const FIRST = "default";

/** The project that was looked at last. */
export function lastProject(): string {
  try {
    return localStorage.getItem(KEY) ?? FIRST;
  } catch {
    return FIRST;
  }
}

export function rememberProject(name: string): void {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // Storage can be forbidden; the next visit then starts at the first project.
  }
}
