import { type ReactElement, type ReactNode, useMemo } from "react";
import { Router, useRouter } from "wouter";

/** Pages whose addresses name anything at all: the router's own patterns end at a line break, and a name may hold one. */
export function Places({ children }: { readonly children: ReactNode }): ReactElement {
  const { parser } = useRouter();
  const whole = useMemo<typeof parser>(() => (path, loose) => {
    const parsed = parser(path, loose);
    return parsed.pattern instanceof RegExp ? { ...parsed, pattern: new RegExp(parsed.pattern.source, `${parsed.pattern.flags}s`) } : parsed;
  }, [parser]);
  return <Router parser={whole}>{children}</Router>;
}
