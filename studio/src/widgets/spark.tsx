import type { ReactElement } from "react";

/** A line without axes: the way that a number went. The number itself stands beside it. */
export function Spark({ values, colour = "var(--series-1)" }: { readonly values: readonly (number | null)[]; readonly colour?: string }): ReactElement | null {
  const known = values.map((value) => value ?? 0);
  const top = Math.max(...known);
  if (known.length < 2 || top <= 0) return <div className="h-8 border-b border-soft" aria-hidden="true" />;
  const points = known.map((value, at) => `${at} ${1 - (value / top) * 0.94}`);
  return (
    <svg className="h-8 w-full" viewBox={`0 0 ${known.length - 1} 1`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <path d={`M0 1L${points.join("L")}L${known.length - 1} 1Z`} fill={colour} opacity="0.14" />
      <path d={`M${points.join("L")}`} fill="none" stroke={colour} strokeWidth="1.5" vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
