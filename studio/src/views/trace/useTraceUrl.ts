import { useMemo } from "react";
import { useUrlState } from "../../data/hooks";
import { LOOKS, type Look } from "./Toolbar";

/** How a trace is shown, as the address says it: the look, the critical path, the kinds, the wrappers. */
export function useTraceUrl() {
  const { params, change } = useUrlState();
  const look = LOOKS.find((name) => name === params.get("view")) ?? "waterfall";
  const listed = params.get("kinds") ?? "";
  const kinds = useMemo(() => new Set(listed.split(",").filter(Boolean)), [listed]);
  return {
    look, kinds,
    isPathShown: params.get("critical") === "1",
    wrappersShown: params.get("wrappers") === "1",
    selectedId: params.get("span"),
    setLook: (next: Look): void => change({ view: next === "waterfall" ? null : next }, "push"),
    setPathShown: (shown: boolean): void => change({ critical: shown ? "1" : null }, "replace"),
    setWrappersShown: (shown: boolean): void => change({ wrappers: shown ? "1" : null }, "replace"),
    setKinds: (next: ReadonlySet<string>): void => change({ kinds: next.size === 0 ? null : [...next].join(",") }, "replace"),
  };
}
