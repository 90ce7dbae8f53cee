import { type ReactElement, useState } from "react";
import type { Attribute } from "../model/api";
import { readValue } from "../model/value";
import { IconButton } from "./button";
import { CopyIcon, FilterIcon } from "./icons";
import { JsonTree, Text } from "./json-tree";

export interface AttributeGroup {
  readonly title: string;
  /** Takes an attribute's value into the filter, where there is one that knows them. */
  readonly onFilter?: (key: string, value: string) => void;
  readonly attributes: readonly Attribute[];
}

const asText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value, null, 2));

/** Attributes by where they came from, each with its type, and a field that narrows them down. */
export function AttributeTable({ groups }: { readonly groups: readonly AttributeGroup[] }): ReactElement {
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const shown = groups.map(({ title, onFilter, attributes }) => ({
    title,
    onFilter,
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
      {shown.map(({ title, onFilter, attributes }) => attributes.length > 0 && (
        <section key={title}>
          <h3 className="pb-1 text-xs font-medium text-muted">{title}</h3>
          <dl className="overflow-hidden rounded-md border border-line">
            {attributes.map((attribute, index) => <Line key={`${attribute.key} ${index}`} attribute={attribute} onFilter={onFilter} />)}
          </dl>
        </section>
      ))}
    </div>
  );
}

function Line({ attribute: { key, type, value }, onFilter }: {
  readonly attribute: Attribute;
  readonly onFilter: AttributeGroup["onFilter"];
}): ReactElement {
  const data = readValue(value);
  return (
    <div className="group relative grid grid-cols-[minmax(96px,36%)_1fr] gap-3 border-b border-soft px-2.5 py-1 font-mono text-sm leading-5 last:border-0 hover:bg-hover">
      <dt className="text-muted [overflow-wrap:anywhere]" title={type === "" ? undefined : type}>{key}</dt>
      <dd className="min-w-0 [overflow-wrap:anywhere]">
        {typeof data === "string" ? <Text text={data} /> : <JsonTree value={data} depth={1} />}
        {type !== "" && type !== "string" && <span className="pl-2 font-sans text-xs text-muted">{type}</span>}
        <span className="absolute top-0 right-0 flex bg-hover opacity-0 group-focus-within:opacity-100 group-hover:opacity-100">
          {onFilter && typeof data !== "object" && <IconButton label={`Filter by ${key}`} onClick={() => onFilter(key, String(data))}><FilterIcon /></IconButton>}
          <IconButton label={`Copy ${key}`} onClick={() => void navigator.clipboard?.writeText(asText(value))}><CopyIcon /></IconButton>
        </span>
      </dd>
    </div>
  );
}
