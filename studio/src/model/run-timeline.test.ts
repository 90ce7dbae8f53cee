import { describe, expect, it } from "vitest";
import type { Log, Run, SpanFields } from "./api";
import { countKinds, timelineOf } from "./run-timeline";
import type { SpanSet } from "./spans";

const RUN = {
  id: "r", trace_id: "t", name: "plan", status: "error", started_at: "2026-11-21T10:00:00Z", ended_at: "2026-11-21T10:00:09Z", root_span_id: "s0",
  error: { type: "ToolTimeout", message: "too late", span_id: "s1" },
  findings: [{ id: "f1", run_id: "r", kind: "stuck", state: "over", at: "2026-11-21T10:00:08Z", since: "2026-11-21T10:00:05Z", statement: "it stood still", times: null, names: [], span_ids: ["s1"] }],
} as unknown as Run;

const span = (id: string, kind: string, startS: number, more: Partial<SpanFields> = {}): SpanFields =>
  ({ span_id: id, parent_span_id: null, name: id, kind, status: "unset", state: "finished", start_ns: startS * 1e9, duration_ns: 1e9, tool: null, model: null, error_type: null, tokens_input: null, tokens_output: null, ...more }) as SpanFields;

const SET: SpanSet = {
  traceId: "t", origin: BigInt(Date.parse("2026-11-21T10:00:00Z")) * 1_000_000n, total: 4,
  spans: new Map([span("s0", "agent", 0, { tokens_input: 1200, tokens_output: 80 }), span("s1", "tool", 2, { tool: "search", status: "error", error_type: "ToolTimeout" }), span("s2", "internal", 1), span("s3", "io", 3, { status: "error" })].map((each) => [each.span_id, each])),
};

const told = (seq: number, type: string, content: unknown, at = "10:00:04", verified = "true"): Log =>
  ({
    id: `l${seq}`, time: `2026-11-21T${at}Z`, level: "info", event_name: "fanlight.run.event", span_id: null, body: JSON.stringify({ type, content }),
    attributes: [["fanlight.event.seq", seq], ["fanlight.event.type", type], ["fanlight.event.verified", verified]].map(([key, value]) => ({ key, type: "", value })),
  }) as unknown as Log;

const plugin = { id: "p1", time: "2026-11-21T10:00:06Z", level: "warn", event_name: "fanlight.exporter", span_id: null, body: "exporter tally is open: refused", attributes: [{ key: "fanlight.exporter.name", type: "string", value: "tally" }] } as unknown as Log;

const lines = (...logs: Log[]): string[] => timelineOf(RUN, SET, logs).map(({ kind, name, text, isError }) => `${isError ? "✗ " : ""}${kind} ${name}: ${text}`);

describe("the timeline of a run", () => {
  it("puts steps with both of their ends, what was told, plugins and findings in one order", () => {
    expect(lines(told(2, "final", { a: 1 }, "10:00:07"), told(1, "status", "Initializing"), plugin)).toEqual([
      "run started: plan",
      "agent s0: 1.2k tokens in, 80 out",
      "✗ tool search: failed: ToolTimeout",
      "✗ step s3: failed",
      "said status: Initializing",
      "✗ finding stuck: it stood still",
      "✗ plugin tally: exporter tally is open: refused",
      'result final: {"a":1}',
      "✗ run error: ToolTimeout: too late",
    ]);
  });

  it("keeps the process's own order at one moment, gathers what was streamed, and takes nothing twice", () => {
    const streamed = [told(3, "delta", "c"), told(1, "delta", "a "), told(2, "delta", "b "), told(2, "delta", "b ")];
    const stream = timelineOf(RUN, null, streamed).find(({ kind }) => kind === "stream");
    expect([stream?.name, stream?.text]).toEqual(["3 pieces", "a b c"]);
  });

  it("marks what anybody could have printed", () => {
    expect(timelineOf(RUN, null, [told(1, "final", "forged", "10:00:04", "false")]).find(({ kind }) => kind === "result")?.isUnverified).toBe(true);
  });

  it("counts its kinds in their fixed order", () => {
    expect(countKinds(timelineOf(RUN, SET, [plugin]))).toEqual([["run", 2], ["agent", 1], ["tool", 1], ["step", 1], ["plugin", 1], ["finding", 1]]);
  });
});
