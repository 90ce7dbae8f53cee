import { type KeyboardEvent, type ReactElement, type Ref, useImperativeHandle, useRef, useState } from "react";
import { blamedTerm, parseTerms, removeTerm } from "../model/filter";
import { CloseIcon, SearchIcon } from "./icons";

export interface FilterProblem {
  readonly message: string;
  readonly hint: string;
}

export interface FilterHandle {
  focus(): void;
}

/** The filter line: its terms as chips, and room to write the next one. */
export function FilterBar({ value, problem, placeholder, onChange, handle }: {
  readonly value: string;
  /** What the server said about the line, when it could not read it. */
  readonly problem: FilterProblem | null;
  readonly placeholder: string;
  readonly onChange: (value: string) => void;
  readonly handle?: Ref<FilterHandle>;
}): ReactElement {
  const [draft, setDraft] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useImperativeHandle(handle, () => ({ focus: () => input.current?.focus() }), []);
  const terms = parseTerms(value);
  const blamed = problem ? blamedTerm(value, problem.message) : -1;

  const commit = (): void => {
    const text = draft.trim();
    if (text === "") return;
    setDraft("");
    onChange(`${value} ${text}`.trim());
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Enter") commit();
    else if (event.key === "Escape") input.current?.blur();
    else if (event.key === "Backspace" && draft === "" && terms.length > 0) {
      event.preventDefault();
      setDraft(terms.at(-1)?.text ?? "");
      onChange(removeTerm(value, terms.length - 1));
    }
  };

  return (
    <div className="min-w-0 flex-1">
      <search className={`flex min-h-8 flex-wrap items-center gap-1 rounded-md border bg-bg px-2 py-[3px] focus-within:border-accent ${problem ? "border-error" : "border-line"}`}>
        <span className="text-muted"><SearchIcon /></span>
        {terms.map((term, index) => (
          <span key={term.at} className={`chip ${index === blamed ? "border-error! underline decoration-error decoration-wavy" : ""}`}>
            <button
              type="button"
              className="h-full pr-1 pl-2 hover:bg-hover"
              title="Edit"
              onClick={() => {
                setDraft(term.text);
                onChange(removeTerm(value, index));
                input.current?.focus();
              }}
            >
              {term.key === null ? <span>{term.text}</span> : (
                <>
                  <span className="text-muted">{term.negated ? "-" : ""}{term.key}:</span>
                  {term.value}
                </>
              )}
            </button>
            <button type="button" aria-label={`Remove ${term.text}`} className="grid h-full w-6 place-items-center text-muted hover:bg-hover hover:text-fg" onClick={() => onChange(removeTerm(value, index))}>
              <CloseIcon />
            </button>
          </span>
        ))}
        <input
          ref={input}
          type="text"
          aria-label="Filter"
          aria-invalid={problem !== null}
          aria-describedby={problem ? "filter-problem" : undefined}
          spellCheck={false}
          autoComplete="off"
          value={draft}
          placeholder={terms.length === 0 ? placeholder : "add filter…"}
          className="h-6 min-w-32 flex-1 bg-transparent font-mono text-sm outline-none placeholder:font-sans placeholder:text-muted"
          onChange={(event) => setDraft(event.target.value)}
          onKeyDown={onKeyDown}
          onBlur={commit}
        />
      </search>
      {problem && (
        <p id="filter-problem" role="alert" className="px-2 pt-1 text-sm text-error">
          {problem.message}
          {problem.hint && <span className="text-muted"> — {problem.hint}</span>}
        </p>
      )}
    </div>
  );
}
