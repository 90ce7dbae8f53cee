import { expect, test } from "vitest";
import type { LiveEvent } from "./api";
import { recordOf } from "./records";

const at = { topics: ["logs"], seq: "7" };
const about = { id: "1", time: "2026-01-01T00:00:00Z", room: "lobby", session: null };

test("a developer log is the record of its event, its type the severity as it was given", () => {
  const log = { ...about, type: "warning", level: "warn", data: { message: "slow" }, truncated: false, service: "bot", trace_id: null, span_id: null, run: null };
  const event: LiveEvent = { ...at, type: "developer_log", data: log };
  expect(recordOf(event)).toMatchObject({
    id: "1", level: "warn", severity_number: 13, severity_text: "warning", body: { message: "slow" }, service: "bot", event_name: "fanlight.developer_log",
  });
});

test("what happened in a room is a record that says what it was", () => {
  const event: LiveEvent = { ...at, type: "service", data: { ...about, type: "service.stopped", data: { name: "api" } } };
  expect(recordOf(event)).toMatchObject({ room: "lobby", body: { name: "api" }, attributes: [{ key: "fanlight.event.type", value: "service.stopped" }] });
});

test("a metric point is no record", () => {
  expect(recordOf({ ...at, type: "metric", data: {} })).toBeNull();
});
