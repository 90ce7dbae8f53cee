import { expect, it } from "vitest";
import { layGraph, pathThrough } from "./graph-layout";

const SIZES = { width: 100, height: 40, columnGap: 50, rowGap: 20 };
const edge = (arrow: string): { source: string; target: string } => {
  const [source = "", target = ""] = arrow.split(">");
  return { source, target };
};
const columns = (ids: string, ...arrows: string[]): Record<string, number> => {
  const { places } = layGraph([...ids], arrows.map(edge), SIZES);
  return Object.fromEntries([...places].map(([id, { x }]) => [id, x / 150]));
};

it("puts every node behind all of those that lead to it", () => {
  expect(columns("abcd", "a>b", "b>c", "a>c", "c>d")).toEqual({ a: 0, b: 1, c: 2, d: 3 });
});

it("keeps circles, marking the edge that leads back", () => {
  const { routes, places } = layGraph(["a", "b"], [edge("a>b"), edge("b>a"), edge("a>a"), edge("a>gone")], SIZES);
  expect(routes.map(({ edge: { source, target }, isBack }) => `${source}>${target} ${isBack}`)).toEqual(["a>b false", "b>a true"]);
  expect([places.get("a"), places.get("b")]).toEqual([{ x: 0, y: 0 }, { x: 150, y: 0 }]);
});

it("leads a long edge past the nodes between", () => {
  const { routes, places } = layGraph([..."abc"], [edge("a>b"), edge("b>c"), edge("a>c")], SIZES);
  const long = routes[2]?.points ?? [];
  expect(long).toHaveLength(4);
  const b = places.get("b") as { y: number };
  expect(long.slice(1, 3).every(({ y }) => y < b.y || y > b.y + SIZES.height)).toBe(true);
});

it("crosses no edges that need not cross", () => {
  const { places } = layGraph([..."abxy"], [edge("a>y"), edge("b>x")], SIZES);
  const y = (id: string): number => places.get(id)?.y ?? Number.NaN;
  expect(Math.sign(y("a") - y("b"))).toBe(Math.sign(y("y") - y("x")));
});

it("lays a thousand nodes that all lead to each other's neighbours, and nothing at all", () => {
  const ids = Array.from({ length: 1000 }, (_, at) => `${at}`);
  expect(layGraph(ids, ids.map((id, at) => ({ source: id, target: ids[(at * 7 + 1) % 1000] as string })), SIZES).places.size).toBe(1000);
  expect(layGraph([], [], SIZES)).toMatchObject({ routes: [], height: 0 });
});

it("draws a smooth line", () => expect(pathThrough([{ x: 0, y: 0 }, { x: 10, y: 4 }])).toBe("M0 0C5 0 5 4 10 4"));
