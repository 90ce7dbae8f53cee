import { type ReactElement, useState } from "react";

const CUT = 2000;
const OPEN_DEPTH = 2;
const STRIDE = 100;

type Fields = Readonly<Record<string, unknown>>;

/** A value as a tree that folds. Long texts and long lists are cut, say so, and open at a click. */
export function JsonTree({ value, depth = 0 }: { readonly value: unknown; readonly depth?: number }): ReactElement {
  if (typeof value === "object" && value !== null) return <Branch value={value as Fields | readonly unknown[]} depth={depth} />;
  if (typeof value === "string") return <Text text={value} quoted />;
  return <span className="text-accent">{String(value)}</span>;
}

function Branch({ value, depth }: { readonly value: Fields | readonly unknown[]; readonly depth: number }): ReactElement {
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  const [open, setOpen] = useState(depth < OPEN_DEPTH && entries.length <= STRIDE);
  const [shown, setShown] = useState(STRIDE);
  const [left, right] = isList ? ["[", "]"] : ["{", "}"];
  if (entries.length === 0) return <span className="text-muted">{left}{right}</span>;
  const toggle = (
    <button type="button" className="rounded text-muted hover:text-fg" aria-expanded={open} onClick={() => setOpen(!open)}>
      <span aria-hidden="true" className="inline-block w-3 text-[9px]">{open ? "▼" : "▶"}</span>
      {left}{open ? "" : ` ${entries.length} ${isList ? "items" : "fields"} ${right}`}
    </button>
  );
  if (!open) return toggle;
  return (
    <>
      {toggle}
      <div className="ml-1 border-l border-line pl-3">
        {entries.slice(0, shown).map(([key, item]) => (
          <div key={key}>
            <span className={isList ? "text-muted" : "text-fg"}>{key}</span>
            <span className="text-muted">: </span>
            <JsonTree value={item} depth={depth + 1} />
          </div>
        ))}
        {shown < entries.length && (
          <button type="button" className="text-accent hover:underline" onClick={() => setShown(shown + STRIDE)}>
            {entries.length - shown} more
          </button>
        )}
      </div>
      <span className="text-muted">{right}</span>
    </>
  );
}

/** A text that keeps its line breaks; cut when it is long, and opened at a click. */
export function Text({ text, quoted = false }: { readonly text: string; readonly quoted?: boolean }): ReactElement {
  const [whole, setWhole] = useState(false);
  const cut = !whole && text.length > CUT;
  const mark = quoted ? '"' : "";
  return (
    <span className="break-words whitespace-pre-wrap">
      {quoted && <span className="text-muted">{mark}</span>}
      {cut ? text.slice(0, CUT) : text}
      {cut && (
        <button type="button" className="text-accent hover:underline" onClick={() => setWhole(true)}>
          … show {(text.length - CUT).toLocaleString("en-US")} more characters
        </button>
      )}
      {quoted && <span className="text-muted">{mark}</span>}
    </span>
  );
}
