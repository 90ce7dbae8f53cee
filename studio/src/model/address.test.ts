import { expect, test } from "vitest";
import { paramsOf } from "./address";

const PATTERN = "/p/:project/sessions/:id/:tab?";

test("an id comes back from its address, whatever it is made of", () => {
  for (const id of ["s1", "a/b", "100%", "a%2Fb", "%", "ü?#&=+ ;", "..", "\u202Egnp.exe", "x".repeat(10_000)]) {
    expect(paramsOf(PATTERN, `/p/default/sessions/${encodeURIComponent(id)}/logs`)).toEqual({ project: "default", id, tab: "logs" });
  }
});

test("what an address leaves out is not there, and what nobody can decode is what it says", () => {
  expect(paramsOf(PATTERN, "/p/default/sessions/%zz")).toEqual({ project: "default", id: "%zz" });
  expect(paramsOf(PATTERN, "/p/default/sessions/s1/")).toEqual({ project: "default", id: "s1" });
});

test("the rest of an address is one name, with its slashes as they are or encoded", () => {
  for (const rest of ["acme/desk", "acme%2Fdesk"]) {
    expect(paramsOf("/p/:project/agents/*", `/p/default/agents/${rest}`)).toEqual({ project: "default", "*": "acme/desk" });
  }
});
