import { type KeyboardEvent, type ReactElement, type Ref, useId, useImperativeHandle, useRef, useState } from "react";
import { type Suggestion, type Wanted, hintFor, suggest, wantedAt } from "../model/completion";
import { blamedTerm, parseTerms, removeTerm } from "../model/filter";
import type { FieldValue, FilterField } from "../model/schema";
import { plainOf } from "../model/visible";
import { FilterList } from "./filter-list";
import { CloseIcon, SearchIcon } from "./icons";
import { Visible } from "./name";

export interface FilterProblem {
  readonly message: string;
  readonly hint: string;
}

export interface FilterHandle {
  focus(): void;
}

/** What a line is completed from. */
export interface Completion {
  readonly fields: readonly FilterField[];
  /** Values of what was asked for last. */
  readonly values: readonly FieldValue[];
  readonly isLoading: boolean;
  /** What is being written now; null where nothing is. */
  readonly onWanted: (wanted: Wanted | null) => void;
  /** Lines of before, the newest first. */
  readonly recent: readonly string[];
}

const NOTHING: Completion = { fields: [], values: [], isLoading: false, onWanted: () => {}, recent: [] };

/** What the list below the line offers: lines of before where nothing is written yet, else what could follow. */
function offersFor(draft: string, value: string, wanted: Wanted | null, completion: Completion): readonly Suggestion[] {
  const lines = draft === "" && value === "" ? completion.recent : [];
  const recent = lines.map((line) => ({ draft: line, label: line, detail: "recent", isWhole: true }));
  return [...recent, ...(wanted ? suggest(wanted, completion.fields, completion.values) : [])];
}

/** The filter line: its terms as chips, and room to write the next one, with completion as one writes. */
export function FilterBar({ value, problem, placeholder, onChange, handle, completion = NOTHING }: {
  readonly value: string;
  /** What the server said about the line, when it could not read it. */
  readonly problem: FilterProblem | null;
  readonly placeholder: string;
  readonly onChange: (value: string) => void;
  readonly handle?: Ref<FilterHandle>;
  readonly completion?: Completion;
}): ReactElement {
  const [draft, setDraft] = useState("");
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  useImperativeHandle(handle, () => ({ focus: () => input.current?.focus() }), []);
  const terms = parseTerms(value);
  const blamed = problem ? blamedTerm(value, problem.message) : -1;
  const wanted = completion.fields.length > 0 ? wantedAt(draft, completion.fields) : null;
  const offers = isOpen ? offersFor(draft, value, wanted, completion) : [];
  const chosen = Math.min(at, offers.length - 1);
  const hint = wanted ? hintFor(wanted) : "";
  const isShown = isOpen && (offers.length > 0 || (draft !== "" && hint !== ""));

  const write = (next: string): void => {
    setDraft(next);
    setAt(-1);
    setOpen(true);
    completion.onWanted(completion.fields.length > 0 ? wantedAt(next, completion.fields) : null);
  };
  const commit = (text: string): void => {
    write("");
    if (text.trim() !== "") onChange(`${value} ${text.trim()}`.trim());
  };
  const take = (offer: Suggestion | undefined): void => {
    if (!offer) return;
    if (offer.isWhole) commit(offer.draft);
    else write(offer.draft);
    input.current?.focus();
  };
  const edit = (index: number): void => {
    onChange(removeTerm(value, index));
    write(terms[index]?.text ?? "");
    input.current?.focus();
  };
  const step = (by: number): void => {
    setOpen(true);
    // One place more than there are offers: none is chosen, as while one writes.
    setAt(((chosen + 1 + by + offers.length + 1) % (offers.length + 1)) - 1);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      if (chosen >= 0) take(offers[chosen]);
      else commit(draft);
    } else if (event.key === "Tab" && !event.shiftKey && offers.length > 0 && (draft !== "" || chosen >= 0)) {
      event.preventDefault();
      take(offers[Math.max(0, chosen)]);
    } else if (event.key === "Escape") {
      if (isShown) setOpen(false);
      else input.current?.blur();
    } else if (event.key === "Backspace" && draft === "" && terms.length > 0) {
      event.preventDefault();
      edit(terms.length - 1);
    }
  };
  const onBlur = (): void => {
    setOpen(false);
    // A field without a value is not meant yet.
    if (!draft.endsWith(":") && !draft.endsWith(".")) commit(draft);
    setOpen(false);
  };

  return (
    <div className="relative min-w-0 flex-1">
      <search className={`flex min-h-8 flex-wrap items-center gap-1 rounded-md border bg-bg px-2 py-[3px] focus-within:border-accent ${problem ? "border-error" : "border-line"}`}>
        <span className="text-muted"><SearchIcon /></span>
        {terms.map((term, index) => (
          <span key={term.at} className={`chip max-w-96 ${index === blamed ? "border-error! underline decoration-error decoration-wavy" : ""}`}>
            <button type="button" className="h-full min-w-0 truncate pr-1 pl-2 hover:bg-hover" title={`Edit ${plainOf(term.text)}`} onClick={() => edit(index)}>
              {term.key === null ? <Visible line text={term.text} /> : (
                <>
                  <span className="text-muted">{term.negated ? "-" : ""}{term.key}:</span>
                  <Visible line text={term.value} />
                </>
              )}
            </button>
            <button type="button" aria-label={`Remove ${term.text}`} className="grid h-full w-6 shrink-0 place-items-center text-muted hover:bg-hover hover:text-fg" onClick={() => onChange(removeTerm(value, index))}>
              <CloseIcon />
            </button>
          </span>
        ))}
        <input
          ref={input}
          type="text"
          role="combobox"
          aria-label="Filter"
          aria-autocomplete="list"
          aria-expanded={isShown}
          aria-controls={`${id}list`}
          aria-activedescendant={chosen >= 0 ? `${id}offer${chosen}` : undefined}
          aria-invalid={problem !== null}
          aria-describedby={problem ? "filter-problem" : undefined}
          spellCheck={false}
          autoComplete="off"
          value={draft}
          placeholder={terms.length === 0 ? placeholder : "add filter…"}
          className="h-6 min-w-32 flex-1 bg-transparent font-mono text-sm outline-none placeholder:font-sans placeholder:text-muted"
          onChange={(event) => write(event.target.value)}
          onKeyDown={onKeyDown}
          onFocus={() => setOpen(true)}
          onClick={() => setOpen(true)}
          onBlur={onBlur}
        />
        {terms.length > 0 && (
          <button type="button" aria-label="Clear the filter" title="Clear the filter" className="grid size-6 place-items-center rounded text-muted hover:bg-hover hover:text-fg" onClick={() => onChange("")}>
            <CloseIcon />
          </button>
        )}
      </search>
      <FilterList id={id} isShown={isShown} offers={offers} chosen={chosen} isLoading={completion.isLoading} hint={hint} onTake={take} onPoint={setAt} />
      {problem && (
        <p id="filter-problem" role="alert" className="px-2 pt-1 text-sm text-error">
          {problem.message}
          {problem.hint && <span className="text-muted"> — {problem.hint}</span>}
        </p>
      )}
    </div>
  );
}
