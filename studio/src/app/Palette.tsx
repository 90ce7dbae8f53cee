import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type ReactElement, useState } from "react";
import { useLocation } from "wouter";
import { projectsQuery } from "../data/reads";
import { Dialog } from "../widgets/dialog";
import { setTheme } from "./theme";

interface Command {
  readonly label: string;
  readonly detail: string;
  readonly run: () => void;
}

const ID = /^[0-9a-f]{32}$/;

/** Jump anywhere: pages, projects, themes, and a pasted trace id. */
export function Palette({ project, pages, onClose }: {
  readonly project: string | null;
  readonly pages: readonly { readonly path: string; readonly label: string }[];
  readonly onClose: () => void;
}): ReactElement {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const [, navigate] = useLocation();
  const { data } = useQuery(projectsQuery());
  const root = `/p/${encodeURIComponent(project ?? "")}`;
  const readable = ["runs", "logs"].filter((name) => pages.some(({ path }) => path === `${root}/${name}`));
  const go = (path: string) => () => navigate(path);

  const typed = text.trim();
  const commands: Command[] = [
    ...(ID.test(typed.toLowerCase()) && readable.length > 0 ? [{ label: `Open trace ${typed}`, detail: "trace", run: go(`${root}/traces/${typed.toLowerCase()}`) }] : []),
    ...pages.map(({ path, label }) => ({ label, detail: "page", run: go(path) })),
    ...(data?.items ?? []).map(({ name }) => ({ label: name, detail: "project", run: go(`/p/${encodeURIComponent(name)}/runs`) })),
    ...(["system", "light", "dark"] as const).map((name) => ({ label: `Theme: ${name}`, detail: "setting", run: () => setTheme(name) })),
  ].filter(({ label }) => label.toLowerCase().includes(typed.toLowerCase()));
  if (typed !== "" && !ID.test(typed)) {
    for (const path of readable) {
      commands.push({ label: `Filter ${path} by ${typed}`, detail: "search", run: go(`${root}/${path}?q=${encodeURIComponent(typed)}`) });
    }
  }
  const chosen = Math.min(at, commands.length - 1);
  const run = (command: Command | undefined): void => {
    if (!command) return;
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setAt((chosen + step + commands.length) % Math.max(1, commands.length));
    } else if (event.key === "Enter") run(commands[chosen]);
  };

  return (
    <Dialog label="Search or jump" onClose={onClose} className="mt-[12vh]! w-[min(560px,92vw)] overflow-hidden">
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
        placeholder="A page, a project, a trace id, or words to filter by"
        className="h-11 w-full border-b border-line bg-transparent px-4 text-lg outline-none placeholder:text-muted"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id="palette-list" role="listbox" aria-label="Commands" className="max-h-80 overflow-auto p-1">
        {commands.map((command, index) => (
          <button
            key={`${command.detail} ${command.label}`}
            id={`command-${index}`}
            type="button"
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            className="flex h-8 w-full items-center justify-between rounded px-3 text-left aria-selected:bg-selected"
            onMouseMove={() => setAt(index)}
            onClick={() => run(command)}
          >
            {command.label}
            <span className="text-sm text-muted">{command.detail}</span>
          </button>
        ))}
      </div>
    </Dialog>
  );
}
