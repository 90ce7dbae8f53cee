import { expect, test } from "vitest";
import { type LogSource, toggleValue, topicOf, valuesOf, within, withTerm } from "./log-source";

const room: LogSource = { of: "room", room: 'lo"bby' };

test("a source has a topic to listen to and a term that keeps a filter to it", () => {
  const sources: LogSource[] = [{ of: "project" }, room, { of: "session", session: "s1" }, { of: "run", run: "r", trace: "ab" }];
  expect(sources.map((source) => [topicOf(source), within(source, "level:error")])).toEqual([
    ["logs", "level:error"],
    ['room:lo"bby', 'level:error room:"lo\\"bby"'],
    ["session:s1", 'level:error session:"s1"'],
    ["run:r", "level:error trace:ab"],
  ]);
  expect(within(room, " ")).toBe('room:"lo\\"bby"');
});

test("an OR of the reader does not lead out of the room", () => {
  expect(within({ of: "room", room: "a" }, "slow OR late")).toBe('(slow OR late) room:"a"');
});

test("a value of a key is switched on and off, whatever it takes to write it", () => {
  const one = toggleValue("slow", "service", "a b");
  const two = toggleValue(one, "service", "tool");
  expect([one, two, valuesOf(two, "service")]).toEqual(['slow service:"a b"', 'slow service:"a b",tool', ["a b", "tool"]]);
  expect(toggleValue(toggleValue(two, "service", "a b"), "service", "tool")).toBe("slow");
});

test("one term of a key stands for all of them, and what is excluded stays so", () => {
  expect(withTerm("level:error -level:fatal disk level:warn", "level", "level:>=info")).toBe("-level:fatal disk level:>=info");
});
