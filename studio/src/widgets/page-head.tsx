import { type ReactElement, type ReactNode, useState } from "react";
import { Button } from "./button";
import { LinkIcon } from "./icons";

/** The line that names a page, with what can be done to all of it at the right. */
export function PageHead({ title, children }: { readonly title: ReactNode; readonly children?: ReactNode }): ReactElement {
  return (
    <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line px-4">
      <div className="flex min-w-0 flex-1 items-center gap-2">{title}</div>
      {children}
    </header>
  );
}

/** Copies a link that shows tomorrow what is shown now; with Shift, one that goes on with time. */
export function CopyLink({ link }: { readonly link: () => string }): ReactElement {
  const [copied, setCopied] = useState(false);
  const copy = async (isLive: boolean): Promise<void> => {
    await navigator.clipboard?.writeText(isLive ? window.location.href : link());
    setCopied(true);
    window.setTimeout(() => setCopied(false), 1500);
  };
  return (
    <Button look="plain" onClick={(event) => void copy(event.shiftKey)} title="Copy a link with this time range frozen (y); Shift: a live link (Y)">
      <LinkIcon />
      <span aria-live="polite">{copied ? "Copied" : "Copy link"}</span>
    </Button>
  );
}
