/** Exporters: how they go in agents, and how one is installed. */
import type { ExporterReport, Plugin } from "./api";
import { csvText } from "./csv";

export interface Standing {
  readonly glyph: string;
  readonly label: string;
  readonly look: "ok" | "warn" | "error" | "plain";
  readonly says: string;
}

const STATES: Readonly<Record<string, Standing>> = {
  healthy: { glyph: "✓", label: "healthy", look: "ok", says: "It delivers." },
  starting: { glyph: "◐", label: "starting", look: "plain", says: "Its process is coming up." },
  half_open: { glyph: "!", label: "trying again", look: "warn", says: "It failed too often and was set aside; one try is under way." },
  open: { glyph: "✗", label: "set aside", look: "error", says: "It failed too often: it is given nothing for a while, and then tried again." },
  failed: { glyph: "✗", label: "failed", look: "error", says: "It could not be started, or ended, and is not tried again in that agent." },
  stopped: { glyph: "–", label: "stopped", look: "plain", says: "The agent that used it ended." },
};

/** How an exporter stands by the last word of an agent; without any it is not in use. */
export function standingOf({ report, installed }: Plugin): Standing {
  if (report === null) return { glyph: "–", label: installed ? "not in use" : "not installed", look: "plain", says: "No agent of this project told of it." };
  return STATES[report.state] ?? { glyph: "?", label: report.state, look: "plain", says: "" };
}

/** Whether something about it asks to be looked at. */
export const isFailing = ({ report }: Plugin): boolean =>
  report !== null && (["open", "half_open", "failed"].includes(report.state) || (report.dropped ?? 0) > 0 || report.error !== null);

/** When it last said that it delivers; null when it does not, or never told. */
export const lastOk = (report: ExporterReport | null): string | null => (report?.state === "healthy" ? report.at : null);

/** The secrets that an error says are missing: names as environment variables have them. Values are never in it. */
export function missingSecrets(error: string | null): string[] {
  if (error === null || !/missing|not set|required|no such|undefined/i.test(error)) return [];
  return [...new Set(error.match(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/g) ?? [])];
}

/** What to add to an agent so that it uses the exporter. */
export function installSnippet({ id, name, pypi_package }: Plugin): string {
  return `pip install ${pypi_package ?? name ?? id}\n\n# charm.yaml\nruntime:\n  telemetry:\n    - ${name ?? id}`;
}

export function pluginsCsv(plugins: readonly Plugin[]): string {
  const heads = ["name", "package", "version", "entry_point", "listed", "installed", "state", "delivered", "dropped", "restarts", "told_at", "last_error"];
  return csvText(heads, plugins.map((plugin) => {
    const { report } = plugin;
    return [
      plugin.name ?? plugin.id, plugin.pypi_package, plugin.version, plugin.entry_point, plugin.listed, plugin.installed, standingOf(plugin).label,
      report?.delivered, report?.dropped, report?.restarts, report?.at, report?.last_error,
    ];
  }));
}
