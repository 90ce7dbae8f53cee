import { type ReactElement, type ReactNode, useEffect, useRef } from "react";

/** A modal of the browser's own kind: it keeps the focus inside and gives it back. */
export function Dialog({ label, onClose, className = "", children }: {
  readonly label: string;
  readonly onClose: () => void;
  readonly className?: string;
  readonly children: ReactNode;
}): ReactElement {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    ref.current?.showModal();
  }, []);
  return (
    // A click on the backdrop closes; the keyboard has Esc, which the browser itself handles.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events
    <dialog
      ref={ref}
      aria-label={label}
      onClose={onClose}
      onClick={(event) => event.target === ref.current && ref.current.close()}
      className={`rounded-lg border border-line bg-raised p-0 shadow-pop ${className}`}
    >
      {children}
    </dialog>
  );
}

/** A key as it is printed on a keyboard. */
export function Key({ children }: { readonly children: string }): ReactElement {
  return (
    <kbd className="inline-flex h-5 min-w-5 items-center justify-center rounded border border-line bg-surface px-1 font-mono text-xs text-muted">
      {children}
    </kbd>
  );
}
