import { expect, test } from "vitest";
import type { Log } from "./api";
import { developerLogOf, happeningOf } from "./happening";

const record = (more: Partial<Log>): Log => ({
  id: "1", time: "2026-01-01T00:00:00Z", observed_at: null, level: "info", severity_number: 9, severity_text: "", body: null, truncated: false,
  event_name: null, trace_id: null, span_id: null, run: null, service: null, room: "lobby", session: null, scope_name: null,
  attributes: [], resource_attributes: [], ...more,
});
const event = (type: string, body: unknown): Log =>
  record({ event_name: "fanlight.room.event", body, attributes: [{ key: "fanlight.event.type", type: "string", value: type }] });

test("what happens in a room is told in words", () => {
  const told = [
    event("room.started", {}), event("room.started", { resumed: true }), event("room.ended", { by: "idle" }),
    event("participant.joined", { name: "ann", role: "user" }), event("participant.left", { name: "ann", reason: "connection lost" }),
    event("service.started", { name: "api", version: "1.2" }), event("service.stopped", { name: "api", state: "failed" }),
    event("room.renamed", { to: "hall" }), event("toString", {}),
  ];
  expect(told.map((each) => happeningOf(each)?.text)).toEqual([
    "A session began", "The session goes on", "The session ended, as nothing was heard for a while",
    "ann joined as user", "ann left: connection lost", "Service api started, version 1.2", "Service api failed",
    'room.renamed {"to":"hall"}', "toString {}",
  ]);
  expect(happeningOf(record({ body: "hello" }))).toBeNull();
});

test("a developer log says its message first, whatever else its data has", () => {
  const log = (body: unknown): Log => record({ event_name: "fanlight.developer_log", severity_text: "order", body });
  expect([log({ message: "placed", n: 2 }), log({ n: 2 }), log("plain"), log([1])].map(developerLogOf)).toEqual([
    { type: "order", message: "placed", rest: [["n", 2]] },
    { type: "order", message: "", rest: [["n", 2]] },
    { type: "order", message: "plain", rest: [] },
    { type: "order", message: "", rest: [] },
  ]);
  expect(developerLogOf(record({ body: "hello" }))).toBeNull();
});
