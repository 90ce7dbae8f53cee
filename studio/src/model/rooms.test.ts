import { expect, test } from "vitest";
import type { LiveEvent } from "./api";
import { agoOf, clockLength, lastHeard, layRooms, roomHref, roomOf, servicesOf } from "./rooms";
import type { Room, Session } from "./schema";

const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString();
const session = (seconds: number): Session => ({
  id: "s", room: "r", kind: "room", is_active: true, started_at: at(0), last_at: at(seconds), ended_at: null, ended_by: null, participants: {}, activity: null,
});
const room = (name: string, heard: number | null): Room => ({
  name, created_at: at(0), session: heard === null ? null : session(heard), service_states: {}, activity: null,
});
const rooms = [room("attic", null), room("lobby", 5), room("porch", 9)];
const names = (found: readonly Room[]): string[] => found.map(({ name }) => name);

test("rooms in a session stand first, the one heard of last before all", () => {
  expect(names(layRooms(rooms, new Map(), "", false))).toEqual(["porch", "lobby", "attic"]);
  expect(names(layRooms(rooms, new Map([["lobby", Date.parse(at(20))], ["attic", Date.parse(at(30))]]), "", false))).toEqual(["lobby", "porch", "attic"]);
});

test("rooms are found by words of their names, and those with somebody in them alone", () => {
  expect(names(layRooms(rooms, new Map(), "O b", false))).toEqual(["lobby"]);
  expect(names(layRooms(rooms, new Map(), "", true))).toEqual(["porch", "lobby"]);
});

test("what was heard of a room is its session, its runs, or an event just now", () => {
  expect([lastHeard(room("a", null)), lastHeard(room("a", 5)), lastHeard(room("a", 5), Date.parse(at(7)))]).toEqual([null, Date.parse(at(5)), Date.parse(at(7))]);
});

test("an event names its room by its topic", () => {
  const event = (topics: readonly string[]): LiveEvent => ({ topics, seq: "1", type: "metric", data: null });
  expect([roomOf(event(["logs", "room:a:b"])), roomOf(event(["logs"]))]).toEqual(["a:b", null]);
});

test("services are counted by state, what asks for attention first", () => {
  expect([servicesOf({ running: 3, unknown: 1 }), servicesOf({})]).toEqual(["1 unknown · 3 running", ""]);
});

test("times read as people say them", () => {
  expect([0, 761_000, 90_061_000].map(clockLength)).toEqual(["00:00:00", "00:12:41", "1d 01:01:01"]);
  expect([500, 12_400, 200_000, 18_000_000, 200_000_000].map(agoOf)).toEqual(["now", "12 s ago", "3 min ago", "5 h ago", "2 d ago"]);
});

test("a room's address takes any name", () => {
  expect(roomHref("p", "a/b c", "metrics")).toBe("/p/p/rooms/a%2Fb%20c/metrics");
});
