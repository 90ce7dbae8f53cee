import { useCallback, useEffect, useRef, useState } from "react";
import { useUrlState } from "../../data/hooks";
import type { Tree } from "../../model/tree";
import type { Kept } from "../../model/waterfall";

/**
 * The span that is chosen, as the address names it. A name that came from elsewhere (a link, another tab of the
 * page, Back) is brought into sight once: `target` then names its position.
 */
export function useSelection(tree: Tree, kept: Kept, show: (at: number) => void) {
  const { params, change } = useUrlState();
  const id = params.get("span");
  const at = id === null ? -1 : (tree.position.get(id) ?? -1);
  const [target, setTarget] = useState<{ readonly at: number } | null>(null);
  const settled = useRef<string | null>(null);

  useEffect(() => {
    if (id === null) settled.current = null;
    if (at === -1 || settled.current === id) return;
    settled.current = id;
    show(at);
    setTarget({ at });
  }, [at, id, show]);

  const choose = useCallback((next: number): void => {
    const span = tree.spans[next];
    if (!span) return;
    settled.current = span.span_id;
    // A span of a kind that is left out brings all kinds back.
    change({ span: span.span_id, ...(kept !== null && kept[next] === 0 ? { kinds: null } : {}) }, "replace");
  }, [tree, kept, change]);
  /** Chooses a span wherever it is: what hides it is opened, and its row is brought into sight. */
  const jump = useCallback((next: number): void => {
    show(next);
    choose(next);
    setTarget({ at: next });
  }, [show, choose]);
  /** Goes to a span from where there are no rows. */
  const open = useCallback((next: number): void => {
    change({ view: null, span: tree.spans[next]?.span_id ?? null }, "push");
  }, [tree, change]);
  const clear = useCallback((): void => {
    change({ span: null }, "replace");
  }, [change]);
  return { id, at, target, choose, jump, open, clear };
}
