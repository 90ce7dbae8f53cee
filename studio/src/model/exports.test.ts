import { expect, test } from "vitest";
import type { Activity, Room, Run, Session } from "./api";
import { roomsCsv, runsCsv, sessionsCsv } from "./exports";

const at = "2026-11-21T12:00:00Z";
const tokens = { input: 10, output: 2, cache_read: null, cache_write: null, reasoning: null };
const cost = { amount: "0.000000000001", currency: "USD", unpriced_tokens: 0 };
const activity: Activity = {
  name: "a", status: "success", first_at: at, last_at: at, runs: 3, running: 1, errors: 1, tokens, cost,
  median: { duration_ms: null, tokens: null, cost: null }, p95_ms: null, agents: [], room: null, user: null,
};
const session = { id: "s1", kind: "room", room: "=lobby", is_active: true, started_at: at, last_at: at, ended_at: null, ended_by: null, participants: null, activity } as Session;
const lineOf = (text: string): string | undefined => text.split("\r\n")[1];

test("a run has its numbers and its error, and no text of it is a formula", () => {
  const run = { id: "r", name: "-run", status: "error", agent: "a", room: null, session: null, user: "ann", started_at: at, duration_ms: 5, tokens, cost, models: ["m", "n"], error: { type: "T", message: "x, y", span_id: null } } as unknown as Run;
  expect(lineOf(runsCsv([run]))).toBe(`r,'-run,error,a,,,ann,${at},5,10,2,0.000000000001,USD,0,m n,T,"x, y"`);
});

test("rooms and sessions have the sums of their runs, and none where there was no run", () => {
  expect(lineOf(sessionsCsv([session]))).toBe(`s1,room,'=lobby,true,${at},${at},,,3,1,1,10,2,0.000000000001,${at},${at}`);
  expect(lineOf(roomsCsv([{ name: "r", created_at: at, session: null, activity: null } as Room]))).toBe(`r,${at},false,,,,,,,,,`);
});
