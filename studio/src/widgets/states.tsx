import { type ReactElement, type ReactNode, useState } from "react";
import { AlertIcon } from "./icons";
import { Button } from "./button";

/** What stands where there is nothing to show: why, and what to do about it. */
export function Empty({ title, heading: Heading = "h2", children }: {
  readonly title: string;
  /** `h1` where nothing else names the page. */
  readonly heading?: "h1" | "h2";
  readonly children?: ReactNode;
}): ReactElement {
  return (
    <div className="grid flex-1 place-content-center justify-items-center gap-3 p-8 text-center">
      <Heading className="text-lg font-semibold">{title}</Heading>
      <div className="grid max-w-[56ch] justify-items-center gap-3 text-muted">{children}</div>
    </div>
  );
}

/** For a page that is there, and not for whoever asks: `to` is what they may not. */
export function NoPermission({ to }: { readonly to: string }): ReactElement {
  return (
    <Empty heading="h1" title={`You may not ${to}`}>
      <p>Your role here does not cover it. An owner of the project can give you another one.</p>
    </Empty>
  );
}

export interface Failure {
  readonly title: string;
  readonly message: string;
  readonly hint?: string;
  readonly requestId?: string;
  readonly details: string;
}

/** A failure of one panel: what failed, the request's id, and a way to try again. */
export function ErrorBox({ failure, onRetry }: { readonly failure: Failure; readonly onRetry: () => void }): ReactElement {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard?.writeText(failure.details);
    setCopied(true);
  };
  return (
    <div className="grid flex-1 place-content-center p-8" role="alert">
      <div className="grid max-w-[64ch] gap-3 rounded-lg border border-line bg-surface p-5">
        <h2 className="flex items-center gap-2 font-semibold text-error">
          <AlertIcon />
          {failure.title}
        </h2>
        <p>{failure.message}</p>
        {failure.hint && <p className="text-muted">{failure.hint}</p>}
        {failure.requestId && <p className="font-mono text-sm text-muted">request {failure.requestId}</p>}
        <div className="flex gap-2">
          <Button look="primary" onClick={onRetry}>Retry</Button>
          <Button onClick={() => void copy()}>{copied ? "Copied" : "Copy details"}</Button>
        </div>
      </div>
    </div>
  );
}

/** Rows of the shape of what is being loaded; shown only after 150 ms. */
export function SkeletonRows({ count, height }: { readonly count: number; readonly height: number }): ReactElement {
  return (
    <div role="group" className="flex-1 overflow-hidden" aria-busy="true" aria-label="Loading">
      {Array.from({ length: count }, (_, index) => (
        <div key={index} className="flex items-center px-4" style={{ height }}>
          <div className="skeleton h-3" style={{ width: `${28 + ((index * 37) % 55)}%` }} />
        </div>
      ))}
    </div>
  );
}
