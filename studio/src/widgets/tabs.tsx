import type { KeyboardEvent, ReactElement, ReactNode } from "react";

export interface Tab {
  readonly name: string;
  readonly label: string;
  readonly count?: number;
}

/** Tabs as the ARIA practices have them: arrow keys move, one tab stop. */
export function Tabs({ label, tabs, chosen, onChoose, children }: {
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly chosen: string;
  readonly onChoose: (name: string) => void;
  readonly children: ReactNode;
}): ReactElement {
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const at = (tabs.findIndex(({ name }) => name === chosen) + step + tabs.length) % tabs.length;
    onChoose(tabs[at]?.name ?? chosen);
    event.currentTarget.querySelectorAll("button")[at]?.focus();
  };
  return (
    <>
      <div role="tablist" aria-label={label} tabIndex={-1} className="flex shrink-0 flex-wrap gap-x-1 border-b border-line px-3" onKeyDown={onKeyDown}>
        {tabs.map(({ name, label: text, count }) => (
          <button
            key={name} type="button" role="tab" id={`tab-${name}`} aria-selected={name === chosen} aria-controls="tab-panel"
            tabIndex={name === chosen ? 0 : -1}
            className="-mb-px h-8 border-b-2 border-transparent px-1.5 font-medium text-muted hover:text-fg aria-selected:border-accent aria-selected:text-fg"
            onClick={() => onChoose(name)}
          >
            {text}
            {count !== undefined && count > 0 && <span className="pl-1 text-xs text-muted">{count}</span>}
          </button>
        ))}
      </div>
      {/* It scrolls, so the keyboard must reach it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div id="tab-panel" role="tabpanel" aria-labelledby={`tab-${chosen}`} tabIndex={0} className="min-h-0 flex-1 overflow-auto p-3 focus-visible:outline-offset-[-2px]">
        {children}
      </div>
    </>
  );
}
