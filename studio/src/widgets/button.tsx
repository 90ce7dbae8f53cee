import type { ComponentProps, ReactElement } from "react";

type Look = "plain" | "outlined" | "primary";

const LOOKS: Readonly<Record<Look, string>> = {
  plain: "border-transparent text-muted hover:bg-hover hover:text-fg",
  outlined: "border-line bg-bg hover:bg-hover",
  primary: "border-transparent bg-accent text-on-accent hover:brightness-110",
};

export function Button({ look = "outlined", className = "", ...rest }: ComponentProps<"button"> & { look?: Look }): ReactElement {
  return (
    <button
      type="button"
      className={`inline-flex h-7 min-w-7 shrink-0 items-center justify-center gap-1.5 rounded border px-2 text-sm font-medium whitespace-nowrap disabled:opacity-50 ${LOOKS[look]} ${className}`}
      {...rest}
    />
  );
}

/** A button that is only an icon: its label is what it does. */
export function IconButton({ label, ...rest }: ComponentProps<"button"> & { label: string; look?: Look }): ReactElement {
  return <Button look="plain" aria-label={label} title={label} {...rest} className={`px-0! ${rest.className ?? ""}`} />;
}
