import type { ReactElement, ReactNode } from "react";
import type { Failure } from "./states";
import { ErrorBox, SkeletonRows } from "./states";

/** A list that is being read: its skeleton, its failure, or its rows. */
export function Listed<T>({ data, failure, onRetry, children }: {
  readonly data: T | undefined;
  readonly failure: Failure | null;
  readonly onRetry: () => void;
  readonly children: (data: T) => ReactNode;
}): ReactElement {
  if (data !== undefined) return <>{children(data)}</>;
  return failure ? <ErrorBox failure={failure} onRetry={onRetry} /> : <SkeletonRows count={4} height={36} />;
}
