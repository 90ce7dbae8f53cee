import type { ReactElement } from "react";
import { Link } from "wouter";
import { signOut } from "../data/session";

/** Who is signed in here, and the way out. */
export function AccountMenu({ name }: { readonly name: string }): ReactElement {
  const item = "flex h-7 w-full items-center rounded px-2 text-left hover:bg-hover";
  return (
    <>
      <button
        type="button" popoverTarget="account-menu" aria-label={`Account of ${name}`} title={name}
        className="anchor-account grid size-7 shrink-0 place-items-center rounded-full bg-accent text-xs font-semibold text-on-accent uppercase"
      >
        {[...name][0] ?? "?"}
      </button>
      <div id="account-menu" popover="auto" aria-label="Account" className="below-account max-w-72 min-w-48 rounded-lg border border-line bg-raised p-1 text-fg shadow-pop">
        <p className="truncate px-2 py-1 text-sm text-muted" title={name}>{name}</p>
        <Link href="/account" className={item}>Account</Link>
        <button type="button" className={item} onClick={() => void signOut(false)}>Sign out</button>
      </div>
    </>
  );
}
