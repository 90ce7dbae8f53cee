import { describe, expect, test } from "vitest";
import { type Session, firstProject, fragmentOf, isMember, mayIn, mayOnServer } from "./session";

const local: Session = {
  mode: "local", signed_in: true, name: "local owner", person_id: null, rights: [], projects: {}, secure: true, oidc: [],
};
const viewer: Session = {
  ...local, mode: "guarded", name: "Ann", person_id: "1", rights: ["signed in"], projects: { shop: ["list"], gone: [] },
};

describe("what a session may do", () => {
  test("is everything in local mode, where there is nobody else", () => {
    expect([mayIn(local, "any", "admin"), mayOnServer(local, "server"), isMember(local, "any")]).toEqual([true, true, true]);
  });

  test("is by project what its role gives, and nothing elsewhere", () => {
    expect([mayIn(viewer, "shop", "list"), mayIn(viewer, "shop", "read"), mayIn(viewer, "other", "list")]).toEqual([true, false, false]);
    expect([isMember(viewer, "shop"), isMember(viewer, "gone"), isMember(viewer, "other")]).toEqual([true, false, false]);
    expect(mayOnServer(viewer, "server")).toBe(false);
  });

  test("does not come from the names that every object has", () => {
    expect([mayIn(viewer, "constructor", "list"), isMember(viewer, "toString")]).toEqual([false, false]);
  });

  test("starts at the last project seen, else at the first, else nowhere", () => {
    expect(firstProject(local, "mine")).toBe("mine");
    expect(firstProject({ ...viewer, projects: { b: ["list"], a: ["list"] } }, "mine")).toBe("a");
    expect(firstProject({ ...viewer, projects: {} }, "mine")).toBeNull();
  });
});

test("the secret of a link is read behind its #, and what is no text is none", () => {
  expect(["#abc-1", "", "#%E0%A4%A", "#a%20b"].map(fragmentOf)).toEqual(["abc-1", "", "", "a b"]);
});
