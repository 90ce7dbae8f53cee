import { describe, expect, test } from "vitest";
import { type SavedView, aboutView, readViews, shownView, viewQuery } from "./view";

const view = (name: string, query: string): SavedView => ({ page: "runs", name, query, isShared: true });

describe("a saved view", () => {
  test("keeps filter, range and columns, and not what was just looked at", () => {
    expect(viewQuery("?span=ab&q=status%3Aerror&from=now-24h&tz=utc&cols=cost")).toBe("cols=cost&from=now-24h&q=status%3Aerror");
  });

  test("is known again whatever the order of its address", () => {
    const views = [view("all", "q=a"), view("failed", "from=now-24h&q=status%3Aerror")];
    expect(shownView(views, "?q=status:error&from=now-24h&log=7")?.name).toBe("failed");
    expect(shownView(views, "")).toBeUndefined();
  });

  test("tells what it asks", () => {
    expect([view("a", "q=status%3Aerror&from=now-24h"), view("b", "sort=cost")].map(aboutView)).toEqual(["status:error · from now-24h", "everything"]);
  });

  test("is read from storage only where it is one", () => {
    const kept = { page: "runs", name: "mine", query: "q=a" };
    expect(readViews(JSON.stringify([kept, { name: 3 }, null]))).toEqual([{ ...kept, isShared: false }]);
    expect([readViews("{"), readViews(null)]).toEqual([[], []]);
  });
});
