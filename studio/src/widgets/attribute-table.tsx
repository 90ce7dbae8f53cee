import { type ReactElement, useMemo, useState } from "react";
import type { Attribute } from "../model/api";
import { isLarge } from "../model/json-rows";
import { readValue } from "../model/value";
import { cutAt, plainOf } from "../model/visible";
import { IconButton } from "./button";
import { CopyIcon } from "./icons";
import { JsonTree } from "./json-tree";
import { Visible, WholeName } from "./name";
import { Text } from "./text";
import { Deeds } from "./value";

export interface AttributeGroup {
  readonly title: string;
  /** The filter's term of an attribute's value, where a filter knows them. */
  readonly termOf?: (key: string, value: string) => string;
  readonly attributes: readonly Attribute[];
}

/** Data of more parts takes the whole width, below its name. */
const WIDE = 20;
/** A longer text is nothing to filter by: the line itself has an end. */
const LONGEST = 500;

const asText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value, null, 2));

/** Attributes by where they came from, each with its type, and a field that narrows them down. */
export function AttributeTable({ groups }: { readonly groups: readonly AttributeGroup[] }): ReactElement {
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const shown = groups.map(({ title, termOf, attributes }) => ({
    title,
    termOf,
    attributes: attributes.filter(({ key, value }) => wanted === "" || key.toLowerCase().includes(wanted) || asText(value).toLowerCase().includes(wanted)),
  }));
  const found = shown.some(({ attributes }) => attributes.length > 0);
  return (
    <div className="grid gap-3">
      <input
        type="text" aria-label="Filter attributes" placeholder="Filter attributes" spellCheck={false} value={text}
        className="h-7 rounded-md border border-line bg-bg px-2 text-sm outline-none placeholder:text-muted focus:border-accent"
        onChange={(event) => setText(event.target.value)}
      />
      {!found && <p className="text-sm text-muted">{wanted === "" ? "No attributes were sent." : "No attribute holds this."}</p>}
      {shown.map(({ title, termOf, attributes }) => attributes.length > 0 && (
        <section key={title}>
          <h3 className="truncate pb-1 text-xs font-medium text-muted"><Visible line text={title} /></h3>
          <dl className="overflow-hidden rounded-md border border-line">
            {attributes.map((attribute, index) => <Line key={`${attribute.key} ${index}`} attribute={attribute} termOf={termOf} />)}
          </dl>
        </section>
      ))}
    </div>
  );
}

function Line({ attribute: { key, type, value }, termOf }: {
  readonly attribute: Attribute;
  readonly termOf: AttributeGroup["termOf"];
}): ReactElement {
  const data = useMemo(() => readValue(value), [value]);
  const isWide = typeof data === "object" && isLarge(data, WIDE);
  return (
    <div className="group relative grid grid-cols-[minmax(96px,42%)_1fr] gap-3 border-b border-soft px-2.5 py-1 font-mono text-sm leading-5 last:border-0 hover:bg-hover">
      <dt className="text-muted [overflow-wrap:anywhere]" title={type === "" ? undefined : type}><WholeName text={key} /></dt>
      <dd className={`min-w-0 [overflow-wrap:anywhere] ${isWide ? "col-span-2" : ""}`}>
        {typeof data === "string" ? <Text text={data} title={cutAt(key, 100)} /> : <JsonTree value={data} depth={1} />}
        {type !== "" && type !== "string" && <span className="pl-2 font-sans text-xs text-muted">{type}</span>}
        <span className="absolute top-0 right-0 flex bg-hover opacity-0 group-focus-within:opacity-100 group-hover:opacity-100">
          {termOf && typeof data !== "object" && String(data).length <= LONGEST && <Deeds term={termOf(key, String(data))} className="items-center bg-transparent" />}
          <IconButton label={`Copy ${plainOf(key, 100)}`} onClick={() => void navigator.clipboard?.writeText(asText(value))}><CopyIcon /></IconButton>
        </span>
      </dd>
    </div>
  );
}
