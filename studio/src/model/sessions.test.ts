import { describe, expect, it } from "vitest";
import { lengthMs, participantsOf, sessionHref, stateOf } from "./sessions";

describe("a session", () => {
  it("says whether it goes on, and else how it ended", () => {
    const words = [
      { is_active: true, ended_by: null },
      { is_active: false, ended_by: "idle" },
      { is_active: false, ended_by: "ended" },
      { is_active: false, ended_by: "killed" },
    ] as const;
    expect(words.map((each) => stateOf(each).label)).toEqual(["active", "idle", "ended", "killed"]);
  });

  it("lasts until now while it goes on, and until its end after that", () => {
    const times = { started_at: "2026-11-20T10:00:00Z", last_at: "2026-11-20T10:01:00Z" };
    const now = Date.parse("2026-11-20T10:05:00Z");
    expect(lengthMs({ ...times, ended_at: null, is_active: true }, now)).toBe(300_000);
    expect(lengthMs({ ...times, ended_at: "2026-11-20T10:02:00Z", is_active: false }, now)).toBe(120_000);
    expect(lengthMs({ ...times, ended_at: null, is_active: false }, now)).toBe(60_000);
  });

  it("counts who is in it by role", () => {
    expect(participantsOf({ user: 1, agent: 2, tool: 0 })).toBe("2 agents · 1 user");
    expect(participantsOf({})).toBe("—");
    expect(participantsOf(null)).toBe("—");
  });

  it("has an address whatever its id is", () => {
    expect(sessionHref("a b", "x/y?#100%", "logs")).toBe("/p/a%20b/sessions/x%2Fy%3F%23100%25/logs");
  });
});
