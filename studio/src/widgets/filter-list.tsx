import { type ReactElement, useEffect, useRef } from "react";
import type { Suggestion } from "../model/completion";
import { Key } from "./dialog";
import { Name } from "./name";

/** What could follow in the filter line. The focus stays in the line; the list only shows what is chosen. */
export function FilterList({ id, isShown, offers, chosen, isLoading, hint, onTake, onPoint }: {
  readonly id: string;
  readonly isShown: boolean;
  readonly offers: readonly Suggestion[];
  readonly chosen: number;
  readonly isLoading: boolean;
  readonly hint: string;
  readonly onTake: (offer: Suggestion) => void;
  readonly onPoint: (index: number) => void;
}): ReactElement {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    // A press must not take the focus away from the line.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      hidden={!isShown}
      className="absolute top-full left-0 z-30 mt-1 w-full max-w-[640px] overflow-hidden rounded-lg border border-line bg-raised text-fg shadow-pop"
      onMouseDown={(event) => event.preventDefault()}
    >
      <div ref={list} id={`${id}list`} role="listbox" aria-label="Suggestions" className="max-h-72 overflow-auto p-1">
        {offers.map((offer, index) => (
          <button
            key={`${offer.detail} ${offer.draft}`}
            id={`${id}offer${index}`}
            type="button"
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            className="flex h-7 w-full items-center gap-3 rounded px-2 text-left aria-selected:bg-selected"
            onMouseMove={() => onPoint(index)}
            onClick={() => onTake(offer)}
          >
            <Name text={offer.label} className="min-w-0 flex-1 truncate font-mono text-sm" />
            <span className="shrink-0 text-sm text-muted">{offer.detail}</span>
          </button>
        ))}
      </div>
      <p className="flex items-center gap-2 border-t border-line px-3 py-1.5 text-xs text-muted">
        <span className="min-w-0 flex-1 truncate">{isLoading ? "Reading values…" : hint}</span>
        <span aria-hidden="true" className="flex items-center gap-1 max-md:hidden"><Key>↓</Key> choose <Key>Tab</Key> take <Key>Esc</Key> close</span>
      </p>
    </div>
  );
}
