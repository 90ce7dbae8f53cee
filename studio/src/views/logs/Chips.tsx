import { type ReactElement, useMemo, useState } from "react";
import { DEVELOPER_LOG, ROOM_EVENT } from "../../model/happening";
import { toggleValue, valueOf, valuesOf, withTerm } from "../../model/log-source";
import type { Line } from "../../model/tail";
import { Visible } from "../../widgets/name";
import { useThrottled } from "./useThrottled";

const LEVELS = [
  { name: "All", term: null },
  { name: "Info+", term: "level:>=info" },
  { name: "Warn+", term: "level:>=warn" },
  { name: "Error+", term: "level:>=error" },
] as const;

const SORTS = [
  { name: "Everything", term: null },
  { name: "Developer logs", term: `event:${DEVELOPER_LOG}` },
  { name: "Room events", term: `event:${ROOM_EVENT}` },
] as const;

const SEEN_MS = 1000;
const MOST_SERVICES = 6;
const NONE: ReadonlySet<string> = new Set();

/** The filter's commonest terms as buttons: how grave, what sort, which service. */
export function Chips({ q, lines, sorts, onFilter }: {
  readonly q: string;
  readonly lines: readonly Line[];
  /** Whether there are developer logs and room events to tell apart. */
  readonly sorts: boolean;
  readonly onFilter: (q: string) => void;
}): ReactElement {
  const services = useServices(lines, q);
  const chosen = valuesOf(q, "service");
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-1 px-4 pb-2">
      <Choice label="Lowest level" choices={LEVELS} now={termOf(q, "level")} onChoose={(term) => onFilter(withTerm(q, "level", term))} />
      {sorts && <Choice label="Sort of record" choices={SORTS} now={termOf(q, "event")} onChoose={(term) => onFilter(withTerm(q, "event", term))} />}
      {services.length > 1 && (
        <div role="group" aria-label="Services" className="flex min-w-0 flex-wrap items-center gap-1">
          {services.map((name) => (
            <button
              key={name} type="button" aria-pressed={chosen.includes(name)} title={name} onClick={() => onFilter(toggleValue(q, "service", name))}
              className="h-6 max-w-40 truncate rounded-full border border-line px-2.5 text-sm text-muted hover:bg-hover hover:text-fg aria-pressed:border-accent aria-pressed:bg-selected aria-pressed:text-fg"
            >
              <Visible line text={name} />
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function termOf(q: string, key: string): string | null {
  const value = valueOf(q, key);
  return value === null ? null : `${key}:${value}`;
}

/** The services that were seen since the page was opened: a filter must not make the way out of it disappear. */
function useServices(lines: readonly Line[], q: string): readonly string[] {
  const shown = useThrottled(lines, SEEN_MS);
  const [known, setKnown] = useState(NONE);
  const all = useMemo(() => {
    const named = shown.flatMap((line) => (line.type === "log" && line.log.service !== null ? [line.log.service] : []));
    return new Set([...known, ...named]);
  }, [known, shown]);
  if (all.size > known.size) setKnown(all);
  return [...new Set([...valuesOf(q, "service"), ...all])].slice(0, MOST_SERVICES).toSorted();
}

interface ChoiceProps {
  readonly label: string;
  readonly choices: readonly { readonly name: string; readonly term: string | null }[];
  readonly now: string | null;
  readonly onChoose: (term: string | null) => void;
}

/** One of a few, joined so that it reads as a choice; none is pressed where the filter says something else. */
function Choice({ label, choices, now, onChoose }: ChoiceProps): ReactElement {
  return (
    <div role="group" aria-label={label} className="flex shrink-0 overflow-hidden rounded-md border border-line">
      {choices.map(({ name, term }) => (
        <button
          key={name} type="button" aria-pressed={now === term} onClick={() => onChoose(term)}
          className="h-6 border-l border-line px-2.5 text-sm text-muted first:border-l-0 hover:bg-hover hover:text-fg focus-visible:outline-offset-[-2px] aria-pressed:bg-selected aria-pressed:text-fg"
        >
          {name}
        </button>
      ))}
    </div>
  );
}
