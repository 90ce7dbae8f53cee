import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type ReactElement, useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { jumpQuery } from "../data/jump";
import { projectsQuery } from "../data/reads";
import { useMay } from "../data/session";
import { useViews } from "../data/views";
import { rank } from "../model/fuzzy";
import { Dialog, Key } from "../widgets/dialog";
import { Visible } from "../widgets/name";
import { type Command, commandsFor, commandsOf } from "./commands";
import type { PageLink } from "./navigation";

const MOST = 60;
/** While nothing is typed, so many runs stand in the list, and none of what there may be hundreds of. */
const FIRST_RUNS = 5;
const MANY: ReadonlySet<Command["kind"]> = new Set(["agent", "room", "session"]);

interface Found {
  readonly command: Command;
  /** Letters of the label that matched. */
  readonly places: readonly number[];
}

function find(typed: string, commands: readonly Command[]): readonly Found[] {
  if (typed.trim() === "") {
    let runs = 0;
    return commands
      .filter(({ kind }) => !MANY.has(kind) && (kind !== "run" || (runs += 1) <= FIRST_RUNS))
      .map((command) => ({ command, places: [] }));
  }
  return rank(typed, commands, ({ label, kind, also }) => `${label} ${kind} ${also ?? ""}`)
    .slice(0, MOST)
    .map(({ item, match }) => ({ command: item, places: match.places }));
}

interface Props {
  readonly project: string | null;
  readonly pages: readonly PageLink[];
  readonly onClose: () => void;
}

/** Jump anywhere, do anything: pages, saved views, runs, agents, rooms, sessions, projects, settings. */
export function Palette({ project, pages, onClose }: Props): ReactElement {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const found = useFound(text.trim(), project, pages);
  const chosen = Math.min(at, found.length - 1);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const run = (command: Command | undefined): void => {
    if (!command) return;
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step) {
      event.preventDefault();
      const next = chosen + step;
      setAt(Math.abs(step) === 1 ? (next + found.length) % Math.max(1, found.length) : Math.max(0, Math.min(found.length - 1, next)));
    } else if (event.key === "Enter") run(found[chosen]?.command);
  };

  return (
    <Dialog label="Search or jump" onClose={onClose} className="mt-[12vh]! w-[min(600px,92vw)] overflow-hidden">
      <input
        // The palette is opened to be typed into.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        type="text"
        role="combobox"
        aria-label="Search or jump"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={chosen >= 0 ? `command-${chosen}` : undefined}
        placeholder="A page, a run, an agent, a room, an action, or words to filter by"
        spellCheck={false}
        autoComplete="off"
        className="h-11 w-full border-b border-line bg-transparent px-4 text-lg outline-none placeholder:text-muted"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div ref={list} id="palette-list" role="listbox" aria-label="Commands" className="max-h-[min(420px,60vh)] overflow-auto p-1">
        {found.map(({ command, places }, index) => (
          <Line key={command.id} index={index} command={command} places={places} isChosen={index === chosen} onPoint={() => setAt(index)} onRun={() => run(command)} />
        ))}
      </div>
      {found.length === 0 && <p className="p-4 text-center text-muted" role="status">Nothing has this name.</p>}
    </Dialog>
  );
}

function useFound(typed: string, project: string | null, pages: readonly PageLink[]): readonly Found[] {
  const [, go] = useLocation();
  const projects = useQuery(projectsQuery());
  const mayRead = useMay(project ?? "", "read");
  const targets = useQuery({ ...jumpQuery(project ?? "", mayRead), enabled: project !== null });
  const { views } = useViews(project ?? "");
  const around = { project, projects: (projects.data?.items ?? []).map(({ name }) => name), pages, targets: targets.data, views: project === null ? [] : views, mayRead, go };
  return [
    ...find(typed, commandsFor(around)),
    ...commandsOf(typed, around).map((command) => ({ command, places: [] })),
  ].toSorted((one, other) => Number(other.command.kind === "trace") - Number(one.command.kind === "trace"));
}

function Line({ index, command, places, isChosen, onPoint, onRun }: {
  readonly index: number;
  readonly command: Command;
  readonly places: readonly number[];
  readonly isChosen: boolean;
  readonly onPoint: () => void;
  readonly onRun: () => void;
}): ReactElement {
  return (
    <button
      id={`command-${index}`}
      type="button"
      role="option"
      tabIndex={-1}
      aria-selected={isChosen}
      className="flex h-8 w-full items-center gap-3 rounded px-3 text-left aria-selected:bg-selected"
      onMouseMove={onPoint}
      onClick={onRun}
    >
      <span className="min-w-0 flex-1 truncate"><bdi><Marked text={command.label} places={places} /></bdi></span>
      <span className="max-w-56 truncate text-sm text-muted"><Visible line text={command.detail} /></span>
      <span className="w-14 shrink-0 text-right text-xs text-muted">{command.kind}</span>
      <span className="flex w-12 shrink-0 justify-end gap-1">{command.keys?.split(" ").map((key) => <Key key={key}>{key}</Key>)}</span>
    </button>
  );
}

/** The text with the letters that matched set off. */
function Marked({ text, places }: { readonly text: string; readonly places: readonly number[] }): ReactElement {
  const hit = new Set(places);
  const parts = [...text].reduce<{ readonly text: string; readonly isHit: boolean }[]>((done, letter, at) => {
    const last = done.at(-1);
    const isHit = hit.has(at);
    return last && last.isHit === isHit ? [...done.slice(0, -1), { text: last.text + letter, isHit }] : [...done, { text: letter, isHit }];
  }, []);
  return <>{parts.map((part, at) => <span key={`${at} ${part.text}`} className={part.isHit ? "font-semibold text-accent" : undefined}><Visible line text={part.text} /></span>)}</>;
}
