/** Log levels as they are coloured and shortened. */

export interface Level {
  readonly label: string;
  readonly colour: string;
}

const LEVELS: Readonly<Record<string, Level>> = {
  trace: { label: "TRACE", colour: "text-muted" },
  debug: { label: "DEBUG", colour: "text-muted" },
  info: { label: "INFO", colour: "text-accent" },
  warn: { label: "WARN", colour: "text-warn" },
  error: { label: "ERROR", colour: "text-error" },
  fatal: { label: "FATAL", colour: "text-error" },
};

export function levelOf(name: string | null): Level {
  return LEVELS[name ?? ""] ?? { label: "—", colour: "text-muted" };
}

/** A body in one line: texts as they are, anything else as JSON. */
export function bodyLine(body: unknown): string {
  if (typeof body === "string") return body.replaceAll(/\s*\n\s*/g, " ⏎ ");
  if (body === null || body === undefined) return "";
  return JSON.stringify(body);
}
