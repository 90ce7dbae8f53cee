import { type MouseEvent, type ReactElement, type ReactNode, createContext, useContext, useState } from "react";
import { excludeTerm, hasTerm, includeTerm } from "../model/filter";
import { plainOf } from "../model/visible";
import { MinusIcon, PlusIcon } from "./icons";

/** The filter that values around it can be taken into. */
export interface Filter {
  readonly line: string;
  readonly onChange: (line: string) => void;
}

/** Null where there is no filter: values are then only shown. */
export const FilterContext = createContext<Filter | null>(null);

/**
 * A value that can be filtered by: + lets only it in, − keeps it out, and so does a click with Alt. Both come
 * under the pointer, because a thousand hidden buttons cost more than they are worth: the keyboard has the
 * filter line, and the same buttons in the panel of what is selected.
 */
export function Value({ term, className = "", children }: {
  readonly term: string;
  readonly className?: string;
  readonly children: ReactNode;
}): ReactElement {
  const filter = useContext(FilterContext);
  const [isOver, setOver] = useState(false);
  if (filter === null) return <span className={className}>{children}</span>;
  const onClick = (event: MouseEvent): void => {
    if (!event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    filter.onChange(excludeTerm(filter.line, term));
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions, jsx-a11y/click-events-have-key-events
    <span
      className={`relative z-10 inline-flex max-w-full min-w-0 items-center align-bottom ${className}`} data-term={term}
      onPointerEnter={() => setOver(true)} onPointerLeave={() => setOver(false)} onClick={onClick}
    >
      <span className="min-w-0 truncate">{children}</span>
      {isOver && <Deeds term={term} className="ml-1 rounded border border-line" />}
    </span>
  );
}

/** The buttons of a term: into the filter, or out of it. Nothing where there is no filter. */
export function Deeds({ term, className = "" }: { readonly term: string; readonly className?: string }): ReactElement | null {
  const filter = useContext(FilterContext);
  if (filter === null) return null;
  const { line, onChange } = filter;
  const isIn = hasTerm(line, term);
  const out = isIn ? `No longer only ${plainOf(term)}` : `Not ${plainOf(term)}`;
  return (
    <span className={`inline-flex shrink-0 overflow-hidden bg-raised ${className}`}>
      {!isIn && <Deed label={`Only ${plainOf(term)}`} onDo={() => onChange(includeTerm(line, term))}><PlusIcon /></Deed>}
      <Deed label={out} title={isIn ? out : `${out} (Alt-click)`} onDo={() => onChange(excludeTerm(line, term))}><MinusIcon /></Deed>
    </span>
  );
}

function Deed({ label, title = label, onDo, children }: {
  readonly label: string;
  readonly title?: string;
  readonly onDo: () => void;
  readonly children: ReactNode;
}): ReactElement {
  // Rows open when they are pressed; this press means the value alone.
  const onClick = (event: MouseEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    onDo();
  };
  return <button type="button" className="grid h-5 w-6 place-items-center text-muted hover:bg-hover hover:text-fg" aria-label={label} title={title} onClick={onClick}>{children}</button>;
}
