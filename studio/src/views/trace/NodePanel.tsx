import { type ReactElement, useMemo } from "react";
import { formatCount, formatMoney, formatWhole, plural } from "../../base/format";
import { formatDuration } from "../../base/time";
import type { GraphNode, TraceGraph } from "../../model/api";
import { kindOfNode, spansOfNode } from "../../model/graph";
import type { Tree } from "../../model/tree";
import { cutAt } from "../../model/visible";
import { IconButton } from "../../widgets/button";
import { CloseIcon } from "../../widgets/icons";
import { Visible, WholeName } from "../../widgets/name";

const MOST_LISTED = 200;

/** A node of the graph: what its spans came to, its neighbours, and each of its spans. */
export function NodePanel({ node, graph, tree, onNode, onSpan, onClose }: {
  readonly node: GraphNode;
  readonly graph: TraceGraph;
  readonly tree: Tree;
  readonly onNode: (id: string) => void;
  readonly onSpan: (at: number) => void;
  readonly onClose: () => void;
}): ReactElement {
  const spans = useMemo(() => spansOfNode(tree, node), [tree, node]);
  const kind = kindOfNode(node);
  const facts: [string, string | null][] = [
    ["Spans", formatWhole(node.spans)], ["Errors", formatWhole(node.errors)], ["Time", formatDuration(node.duration_ns)],
    ["Tokens in / out", node.tokens.input === null && node.tokens.output === null ? null : `${formatCount(node.tokens.input)} / ${formatCount(node.tokens.output)}`],
    ["Cost", node.cost.amount === null ? null : formatMoney(node.cost.amount)],
  ];
  return (
    <>
      <header className="shrink-0 border-b border-line px-3 pt-2 pb-2">
        <div className="flex items-center gap-2">
          <span style={{ color: `var(${kind.colour})` }} aria-hidden="true">{kind.glyph}</span>
          <h2 className="max-h-40 min-w-0 flex-1 overflow-auto text-lg font-semibold [overflow-wrap:anywhere]"><WholeName text={node.name} /></h2>
          <IconButton label="Close" onClick={onClose}><CloseIcon /></IconButton>
        </div>
        <dl className="flex flex-wrap gap-x-5 gap-y-1 pt-1 text-sm">
          {facts.map(([label, value]) => value !== null && <div key={label}><dt className="text-xs text-muted">{label}</dt><dd>{value}</dd></div>)}
        </dl>
      </header>
      <div className="grid min-h-0 flex-1 content-start gap-4 overflow-auto p-3">
        <Neighbours title="Led to by" ids={graph.edges.filter(({ target }) => target === node.id).map(({ source }) => source)} graph={graph} onNode={onNode} />
        <Neighbours title="Leads to" ids={graph.edges.filter(({ source }) => source === node.id).map(({ target }) => target)} graph={graph} onNode={onNode} />
        <section>
          <h3 className="pb-1 text-xs font-medium text-muted">Its spans, in order</h3>
          {spans.length === 0 && <p className="text-sm text-muted">None: it is named by the instrumentation alone.</p>}
          <ol>{spans.slice(0, MOST_LISTED).map((at) => <SpanLine key={at} tree={tree} at={at} onSpan={onSpan} />)}</ol>
          {spans.length > MOST_LISTED && <p className="pt-1 text-sm text-muted">and {plural(spans.length - MOST_LISTED, "more span")}; find them in the waterfall</p>}
        </section>
      </div>
    </>
  );
}

function Neighbours({ title, ids, graph, onNode }: { readonly title: string; readonly ids: readonly string[]; readonly graph: TraceGraph; readonly onNode: (id: string) => void }): ReactElement | null {
  const nodes = graph.nodes.filter(({ id }) => ids.includes(id));
  if (nodes.length === 0) return null;
  return (
    <section>
      <h3 className="pb-1 text-xs font-medium text-muted">{title}</h3>
      <p className="flex flex-wrap gap-1">
        {nodes.map((node) => (
          <button key={node.id} type="button" className="flex h-6 max-w-full items-center gap-1 rounded border border-line px-1.5 text-sm hover:bg-hover" onClick={() => onNode(node.id)}>
            <span style={{ color: `var(${kindOfNode(node).colour})` }} aria-hidden="true">{kindOfNode(node).glyph}</span>
            <span className="truncate"><Visible line text={cutAt(node.name, 100)} /></span>
          </button>
        ))}
      </p>
    </section>
  );
}

function SpanLine({ tree, at, onSpan }: { readonly tree: Tree; readonly at: number; readonly onSpan: (at: number) => void }): ReactElement | null {
  const span = tree.spans[at];
  if (!span) return null;
  return (
    <li>
      <button type="button" className="flex h-6 w-full items-center gap-2 rounded px-1 text-left text-sm hover:bg-hover" title="Show it in the waterfall" onClick={() => onSpan(at)}>
        <span className="w-16 shrink-0 text-right text-muted">+{formatDuration(span.start_ns - tree.startNs)}</span>
        <span className={`min-w-0 flex-1 truncate ${span.status === "error" ? "text-error" : ""}`}><Visible line text={cutAt(span.name, 300)} />{span.status === "error" && " ✗"}</span>
        <span className="shrink-0 text-muted">{span.duration_ns === null ? span.state : formatDuration(span.duration_ns)}</span>
      </button>
    </li>
  );
}
