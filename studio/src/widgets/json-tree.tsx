import { type ReactElement, useState } from "react";
import { isLarge } from "../model/json-rows";
import { JsonView } from "./json-view";
import { Visible } from "./name";
import { Text } from "./text";

const OPEN_DEPTH = 2;
/** More parts than these are shown as rows of a list that scrolls by itself. */
const MOST_INLINE = 150;

type Fields = Readonly<Record<string, unknown>>;

/** A value as a tree that folds. A large one gets a box of its own, in which it can be searched. */
export function JsonTree({ value, depth = 0 }: { readonly value: unknown; readonly depth?: number }): ReactElement {
  const [isBoxed] = useState(() => isLarge(value, MOST_INLINE));
  if (isBoxed) return <JsonView value={value} />;
  return <Inline value={value} depth={depth} />;
}

function Inline({ value, depth }: { readonly value: unknown; readonly depth: number }): ReactElement {
  if (typeof value === "object" && value !== null) return <Branch value={value as Fields | readonly unknown[]} depth={depth} />;
  if (typeof value === "string") return <Text text={value} quoted />;
  return <span className="text-accent">{String(value)}</span>;
}

function Branch({ value, depth }: { readonly value: Fields | readonly unknown[]; readonly depth: number }): ReactElement {
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  const [open, setOpen] = useState(depth < OPEN_DEPTH);
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
        {entries.map(([key, item]) => (
          <div key={key}>
            <span className={isList ? "text-muted" : "text-fg"}><Visible line text={key} /></span>
            <span className="text-muted">: </span>
            <Inline value={item} depth={depth + 1} />
          </div>
        ))}
      </div>
      <span className="text-muted">{right}</span>
    </>
  );
}
