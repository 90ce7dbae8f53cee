import { type ReactElement, type ReactNode, useId } from "react";
import { DownIcon } from "./icons";

/** A button that opens a small panel below it; the browser closes it at a click elsewhere and at Esc. */
export function Menu({ label, title, mark = false, align = "left", children }: {
  readonly label: ReactNode;
  readonly title: string;
  /** Something in it is not as it is at first. */
  readonly mark?: boolean;
  readonly align?: "left" | "right";
  readonly children: ReactNode;
}): ReactElement {
  const id = useId();
  return (
    <>
      <button
        type="button" popoverTarget={id} title={title}
        className={`inline-flex h-7 shrink-0 items-center gap-1 rounded border border-transparent px-2 text-sm font-medium whitespace-nowrap hover:bg-hover ${mark ? "text-accent" : "text-muted hover:text-fg"}`}
      >
        {label}<DownIcon />
      </button>
      <div id={id} popover="auto" aria-label={title} className={`menu-pop menu-${align} rounded-lg border border-line bg-raised p-1.5 text-fg shadow-pop`}>{children}</div>
    </>
  );
}

/** A line of a menu that does something and closes it. */
export function MenuButton({ onClick, children }: { readonly onClick: () => void; readonly children: ReactNode }): ReactElement {
  return (
    <button
      type="button" className="flex h-7 w-full items-center gap-2 rounded px-2 text-left text-sm whitespace-nowrap hover:bg-hover"
      onClick={(event) => {
        event.currentTarget.closest<HTMLElement>("[popover]")?.hidePopover();
        onClick();
      }}
    >
      {children}
    </button>
  );
}

/** A line of a menu that is on or off. */
export function MenuCheck({ checked, onChange, title, children }: {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly title?: string;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <label className="flex h-7 w-full items-center gap-2 rounded px-2 text-sm whitespace-nowrap hover:bg-hover" title={title}>
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      {children}
    </label>
  );
}
