import { expect, test } from "vitest";
import type { ExporterReport, Plugin } from "./api";
import { installSnippet, isFailing, missingSecrets, pluginsCsv, standingOf } from "./plugins";

const report = (more: Partial<ExporterReport>): ExporterReport => ({
  at: "2026-11-21T12:00:00Z", state: "healthy", place: "process", error: null, delivered: 3, dropped: 0, restarts: 0, run: null, service: "svc", last_error: null, last_error_at: null, ...more,
});
const plugin = (more: Partial<Plugin> = {}): Plugin => ({
  id: "datadog", name: "datadog", pypi_package: "charm-telemetry-datadog", description: "", author: "", tags: [], github_url: null,
  listed: true, installed: true, version: "1.0", entry_point: "a:B", hooks: null, variables: null, enabled_by: [], report: null, ...more,
});

test("an exporter stands as its agents last said", () => {
  const states = ["healthy", "open", "failed", "odd"].map((state) => standingOf(plugin({ report: report({ state }) })).label);
  expect([...states, standingOf(plugin()).label, standingOf(plugin({ installed: false })).label]).toEqual([
    "healthy", "set aside", "failed", "odd", "not in use", "not installed",
  ]);
  expect([report({}), report({ dropped: 2 }), report({ state: "open" }), report({ error: "no" })].map((each) => isFailing(plugin({ report: each })))).toEqual([false, true, true, true]);
});

test("missing secrets are told by their names alone", () => {
  expect(missingSecrets("DD_API_KEY and DD_SITE are not set")).toEqual(["DD_API_KEY", "DD_SITE"]);
  expect([missingSecrets("HTTP_STATUS 500"), missingSecrets(null)]).toEqual([[], []]);
});

test("a snippet installs the package and names the exporter", () => {
  expect(installSnippet(plugin())).toBe("pip install charm-telemetry-datadog\n\n# charm.yaml\nruntime:\n  telemetry:\n    - datadog");
});

test("as CSV an exporter has its counts", () => {
  expect(pluginsCsv([plugin({ report: report({}) })]).split("\r\n")[1]).toBe("datadog,charm-telemetry-datadog,1.0,a:B,true,true,healthy,3,0,0,2026-11-21T12:00:00Z,");
});
