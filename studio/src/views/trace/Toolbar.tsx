import { type KeyboardEvent, type ReactElement, type ReactNode, type Ref, useMemo } from "react";
import { formatWhole, plural } from "../../base/format";
import { formatDuration } from "../../base/time";
import type { CriticalPath } from "../../model/critical-path";
import { kindOf } from "../../model/kinds";
import type { Tree } from "../../model/tree";
import { cutAt } from "../../model/visible";
import { Button, IconButton } from "../../widgets/button";
import { LeftIcon, RightIcon, SearchIcon } from "../../widgets/icons";
import { Menu, MenuButton, MenuCheck } from "../../widgets/menu";
import { Visible } from "../../widgets/name";

type Step = 1 | -1;

export const LOOKS = ["waterfall", "tree", "graph"] as const;
export type Look = (typeof LOOKS)[number];

interface Props {
  readonly field: Ref<HTMLInputElement>;
  readonly look: Look;
  readonly text: string;
  readonly matches: readonly number[];
  readonly selectedAt: number;
  readonly tree: Tree;
  readonly total: number;
  readonly truncated: boolean;
  readonly path: CriticalPath | null;
  /** The kinds that are shown; none of them means all. */
  readonly kinds: ReadonlySet<string>;
  readonly grouping: boolean;
  readonly wrappers: boolean;
  readonly hasWrappers: boolean;
  readonly zoomed: boolean;
  readonly onLook: (look: Look) => void;
  readonly onText: (text: string) => void;
  readonly onMatch: (step: Step) => void;
  readonly onError: (step: Step) => void;
  readonly onPath: () => void;
  readonly onSpan: (at: number) => void;
  readonly onKinds: (kinds: ReadonlySet<string>) => void;
  readonly onGrouping: (grouping: boolean) => void;
  readonly onWrappers: (shown: boolean) => void;
  readonly onOpenAll: () => void;
  readonly onCloseAll: () => void;
  readonly onReset: () => void;
}

/** Finding one's way in a trace: how it is shown, matches, errors, what took the time, what is left out. */
export function Toolbar(props: Props): ReactElement {
  const { look, tree } = props;
  return (
    <div className="flex h-10 shrink-0 items-center gap-1.5 overflow-x-auto px-4 text-sm">
      <Looks look={look} onLook={props.onLook} />
      {look !== "graph" && <>
        <Find {...props} />
        {tree.errors.length > 0 && (
          <Button look="plain" className="text-error!" title="Next error (e)" onClick={() => props.onError(1)}>✗ {plural(tree.errors.length, "error")}</Button>
        )}
        {look === "waterfall" && <PathSwitch {...props} />}
      </>}
      <span className="flex-1" />
      {look === "waterfall" && props.zoomed && <Button look="plain" title="Whole trace (0)" onClick={props.onReset}>Reset zoom</Button>}
      {look !== "graph" && <>
        <Kinds {...props} />
        <Menu label="Rows" title="Which rows there are" align="right">
          <MenuCheck checked={props.grouping} onChange={props.onGrouping} title="Five or more siblings of one name stand as one row">Group repeats</MenuCheck>
          {(props.wrappers || props.hasWrappers) && (
            <MenuCheck checked={props.wrappers} onChange={props.onWrappers} title="Spans that say nothing that their only child does not">Show wrappers</MenuCheck>
          )}
          <MenuButton onClick={props.onOpenAll}>Expand all</MenuButton>
          <MenuButton onClick={props.onCloseAll}>Collapse all</MenuButton>
        </Menu>
      </>}
      <span className="shrink-0 text-muted">
        {props.truncated || props.total > tree.spans.length
          ? <strong className="font-medium text-warn">showing {formatWhole(tree.spans.length)} of {formatWhole(props.total)} spans</strong>
          : plural(tree.spans.length, "span")}
      </span>
    </div>
  );
}

function Looks({ look, onLook }: { readonly look: Look; readonly onLook: (look: Look) => void }): ReactElement {
  return (
    <div role="group" aria-label="How the trace is shown" className="mr-1 flex h-7 shrink-0 overflow-hidden rounded-md border border-line">
      {LOOKS.map((name) => (
        <button
          key={name} type="button" aria-pressed={look === name} title={`${name} (v for the next)`}
          className="border-r border-line px-2.5 text-sm font-medium text-muted capitalize last:border-0 hover:bg-hover aria-pressed:bg-selected aria-pressed:text-fg"
          onClick={() => onLook(name)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

function Find({ field, text, matches, selectedAt, onText, onMatch }: Props): ReactElement {
  const place = matches.indexOf(selectedAt);
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === "Enter") onMatch(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") {
      onText("");
      event.currentTarget.blur();
    }
  };
  return (
    <>
      <search className="flex h-7 w-64 min-w-36 items-center gap-1.5 rounded-md border border-line px-2 focus-within:border-accent">
        <span className="text-muted"><SearchIcon /></span>
        <input
          ref={field} type="text" aria-label="Find in trace" placeholder="Find in trace" spellCheck={false} value={text}
          className="min-w-0 flex-1 bg-transparent outline-none placeholder:text-muted"
          onChange={(event) => onText(event.target.value)} onKeyDown={onKeyDown}
        />
        {text !== "" && <span className="text-muted" role="status">{place === -1 ? formatWhole(matches.length) : `${place + 1} of ${formatWhole(matches.length)}`}</span>}
      </search>
      {matches.length > 0 && <>
        <IconButton label="Previous match (N)" onClick={() => onMatch(-1)}><LeftIcon /></IconButton>
        <IconButton label="Next match (n)" onClick={() => onMatch(1)}><RightIcon /></IconButton>
      </>}
    </>
  );
}

/** The critical path, and who has the largest part of it. */
function PathSwitch({ path, tree, onPath, onSpan }: Props): ReactElement {
  const [at, ns] = path ? [...path.own].reduce((most, each) => (each[1] > most[1] ? each : most), [-1, 0]) : [-1, 0];
  const name = tree.spans[at]?.name;
  return (
    <>
      <Button look="plain" aria-pressed={path !== null} className={path ? "bg-selected! text-fg!" : ""} title="Mark what kept the trace from ending earlier (C)" onClick={onPath}>Critical path</Button>
      {path && name !== undefined && (
        <button type="button" className="flex h-7 min-w-0 items-center gap-1 rounded px-1 text-muted hover:text-fg" title="Show it" onClick={() => onSpan(at)}>
          <Share ns={ns} of={path.totalNs} /> in <span className="max-w-40 truncate font-medium"><Visible line text={cutAt(name, 100)} /></span>
        </button>
      )}
    </>
  );
}

function Share({ ns, of }: { readonly ns: number; readonly of: number }): ReactNode {
  return <span className="whitespace-nowrap" title={formatDuration(ns)}>{Math.round((ns / Math.max(1, of)) * 100)} %</span>;
}

function Kinds({ tree, kinds, onKinds }: Props): ReactElement {
  const counts = useMemo(() => {
    const found = new Map<string, number>();
    for (const { kind } of tree.spans) found.set(kind, (found.get(kind) ?? 0) + 1);
    return [...found].toSorted((left, right) => right[1] - left[1]);
  }, [tree]);
  const toggle = (kind: string, on: boolean): void => {
    const next = new Set(kinds);
    if (on) next.add(kind);
    else next.delete(kind);
    onKinds(next);
  };
  return (
    <Menu label={kinds.size === 0 ? "Kinds" : `Kinds: ${kinds.size}`} title="Show spans of some kinds, with those that they hang below" mark={kinds.size > 0} align="right">
      {counts.map(([kind, count]) => (
        <MenuCheck key={kind} checked={kinds.has(kind)} onChange={(on) => toggle(kind, on)}>
          <span className="w-3 text-center" style={{ color: `var(${kindOf(kind).colour})` }} aria-hidden="true">{kindOf(kind).glyph}</span>
          <span className="min-w-20 flex-1">{kindOf(kind).label}</span>
          <span className="text-muted">{formatWhole(count)}</span>
        </MenuCheck>
      ))}
      {kinds.size > 0 && <MenuButton onClick={() => onKinds(new Set())}>Show all</MenuButton>}
    </Menu>
  );
}
