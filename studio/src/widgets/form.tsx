import { type ComponentProps, type FormEvent, type ReactElement, type ReactNode, useId, useState } from "react";
import { Button } from "./button";
import { CopyIcon } from "./icons";

const FIELD = "h-8 w-full rounded-md border border-control bg-bg px-2.5 outline-none placeholder:text-muted focus:border-accent";

/** A labelled field; `hint` says what belongs into it. */
export function Field({ label, hint, ...rest }: ComponentProps<"input"> & { readonly label: string; readonly hint?: string }): ReactElement {
  const id = useId();
  return (
    <div className="grid content-start gap-1">
      <label htmlFor={id} className="text-sm font-medium">{label}</label>
      <input id={id} aria-describedby={hint ? `${id}-hint` : undefined} spellCheck={false} className={FIELD} {...rest} />
      {hint && <p id={`${id}-hint`} className="text-xs text-muted">{hint}</p>}
    </div>
  );
}

export function Choice({ label, hidden = false, children, className = "", ...rest }: ComponentProps<"select"> & {
  readonly label: string;
  /** The label is for screen readers alone: what stands beside it says as much. */
  readonly hidden?: boolean;
}): ReactElement {
  const id = useId();
  return (
    <div className={hidden ? "" : "grid content-start gap-1"}>
      <label htmlFor={id} className={hidden ? "sr-only" : "text-sm font-medium"}>{label}</label>
      <select id={id} className={`${FIELD} ${className}`} {...rest}>{children}</select>
    </div>
  );
}

export interface Refusal {
  readonly message: string;
  readonly hint: string;
}

/**
 * A form that sends what its fields hold. While it is on its way it cannot be sent again; what the server
 * refuses is said below the fields, which keep what was typed.
 */
export function Form({ send, refusalOf, action, children, className = "grid gap-4", look = "wide" }: {
  readonly send: (fields: FormData, form: HTMLFormElement) => Promise<unknown>;
  readonly refusalOf: (error: unknown) => Refusal;
  /** What the button says. */
  readonly action: string;
  readonly children: ReactNode;
  readonly className?: string;
  readonly look?: "wide" | "inline";
}): ReactElement {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget;
    setBusy(true);
    setRefusal(null);
    try {
      await send(new FormData(form), form);
    } catch (error) {
      setRefusal(refusalOf(error));
    }
    setBusy(false);
  };
  const button = (
    <Button type="submit" look="primary" disabled={busy} className={look === "wide" ? "h-8! w-full" : "h-8! justify-self-start px-3!"}>
      {action}
    </Button>
  );
  return (
    <form className={className} onSubmit={(event) => void submit(event)}>
      {children}
      <RefusalLine refusal={refusal} />
      {button}
    </form>
  );
}

/** A live region: it stands before there is something to say, so that what comes is read out. */
export function RefusalLine({ refusal }: { readonly refusal: Refusal | null }): ReactElement {
  return (
    <div role="alert" className={refusal ? "" : "sr-only"}>
      {refusal && (
        <p className="rounded-md bg-error-wash px-3 py-2 text-error [overflow-wrap:anywhere]">
          {refusal.message}
          {refusal.hint && <span className="text-fg"> — {refusal.hint}</span>}
        </p>
      )}
    </div>
  );
}

/** A text of a form's field; empty when it has none. */
export function textOf(fields: FormData, name: string): string {
  const value = fields.get(name);
  return typeof value === "string" ? value : "";
}

/** Something that is told this once: to copy, and then to be put away. */
export function Secret({ label, text, children, onDone }: {
  readonly label: string;
  readonly text: string;
  readonly children: ReactNode;
  readonly onDone: () => void;
}): ReactElement {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard?.writeText(text);
    setCopied(true);
  };
  return (
    <section aria-label={label} className="grid gap-2 rounded-lg border border-ok bg-surface p-4">
      <h3 className="font-semibold">{label}</h3>
      <p className="text-muted">{children}</p>
      <div className="flex gap-2">
        <code className="min-w-0 flex-1 self-center rounded border border-line bg-bg px-2 py-1 font-mono text-sm [overflow-wrap:anywhere]">{text}</code>
        <Button look="primary" onClick={() => void copy()}><CopyIcon /><span aria-live="polite">{copied ? "Copied" : "Copy"}</span></Button>
        <Button onClick={onDone}>Done</Button>
      </div>
    </section>
  );
}

/** A deed that cannot be taken back: the first press asks, the second does it. */
export function Confirm({ label, question, onYes }: {
  readonly label: string;
  readonly question: string;
  readonly onYes: () => Promise<unknown>;
}): ReactElement {
  const [asked, setAsked] = useState(false);
  const [wrong, setWrong] = useState("");
  if (!asked) {
    return (
      <span className="inline-flex items-center gap-2">
        {wrong !== "" && <span role="alert" className="text-sm whitespace-normal text-error">{wrong}</span>}
        <Button onClick={() => setAsked(true)}>{label}</Button>
      </span>
    );
  }
  const yes = async (): Promise<void> => {
    setAsked(false);
    try {
      await onYes();
    } catch (error) {
      setWrong(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <span className="inline-flex items-center gap-2" role="group" aria-label={question}>
      <span className="text-sm text-error">{question}</span>
      {/* The press that asked was here: the focus stays with the question. */}
      {/* oxlint-disable-next-line jsx-a11y/no-autofocus */}
      <Button autoFocus className="border-error! text-error!" onClick={() => void yes()}>{label}</Button>
      <Button look="plain" onClick={() => setAsked(false)}>Keep</Button>
    </span>
  );
}
