import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useMemo, useState } from "react";
import { formatCount, formatMoney, formatWhole, plural } from "../../base/format";
import { formatDuration } from "../../base/time";
import { failureOf } from "../../data/failure";
import { graphQuery } from "../../data/traces";
import type { GraphEdge, GraphNode, TraceGraph } from "../../model/api";
import { kindOfNode, mostUsed } from "../../model/graph";
import { type Layout, layGraph, pathThrough } from "../../model/graph-layout";
import type { Tree } from "../../model/tree";
import { cutAt, plainOf } from "../../model/visible";
import { Visible } from "../../widgets/name";
import { Split } from "../../widgets/split";
import { Empty, ErrorBox, SkeletonRows } from "../../widgets/states";
import { NodePanel } from "./NodePanel";

const SIZES = { width: 208, height: 68, columnGap: 88, rowGap: 20 };
const MOST_NODES = 200;
const MARGIN = 24;

/** Who called whom in a trace: agents, models and tools with what they came to. */
export function GraphView({ project, traceId, tree, running, onSpan }: {
  readonly project: string;
  readonly traceId: string;
  readonly tree: Tree;
  readonly running: boolean;
  /** Shows a span where it stands in the trace. */
  readonly onSpan: (at: number) => void;
}): ReactElement {
  const { data, error, refetch } = useQuery(graphQuery(project, traceId, running, tree.spans.length));
  const [chosen, setChosen] = useState<string | null>(null);
  if (error && !data) return <ErrorBox failure={failureOf("The graph could not be read", error)} onRetry={() => void refetch()} />;
  if (!data) return <SkeletonRows count={8} height={40} />;
  if (data.nodes.length === 0) return <Empty title="No agent, model or tool in this trace"><p>The graph shows spans of these kinds. The waterfall shows all of them.</p></Empty>;
  const node = data.nodes.find(({ id }) => id === chosen) ?? null;
  return (
    <Split
      name="graph-panel" initial={360}
      main={<Picture graph={data} chosen={chosen} onChoose={(id) => setChosen(id === chosen ? null : id)} />}
      side={node && <NodePanel key={node.id} node={node} graph={data} tree={tree} onNode={setChosen} onSpan={onSpan} onClose={() => setChosen(null)} />}
    />
  );
}

function Picture({ graph, chosen, onChoose }: { readonly graph: TraceGraph; readonly chosen: string | null; readonly onChoose: (id: string) => void }): ReactElement {
  const nodes = useMemo(() => mostUsed(graph.nodes, MOST_NODES), [graph]);
  const layout = useMemo(() => layGraph(nodes.map(({ id }) => id), graph.edges, SIZES), [nodes, graph]);
  const isCut = graph.truncated || nodes.length < graph.nodes.length;
  return (
    // It scrolls, so the keyboard must reach it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="relative min-h-0 flex-1 overflow-auto" tabIndex={0} role="group" aria-label="Graph of agents, models and tools">
      {isCut && <p className="px-4 pt-2 text-sm text-warn">{nodes.length < graph.nodes.length ? `The ${MOST_NODES} most used of ${formatWhole(graph.nodes.length)}.` : "Of a very large trace, only the earliest spans were read."}</p>}
      <p className="px-4 pt-2 text-xs text-muted">
        <svg width="26" height="8" className="mr-1 inline" aria-hidden="true"><path d="M0 4h26" className="edge" /></svg> declared by its instrumentation
        <svg width="26" height="8" className="mr-1 ml-4 inline" aria-hidden="true"><path d="M0 4h26" className="edge edge-inferred" /></svg> follows from the tree of spans
      </p>
      <div className="relative" style={{ width: layout.width + 2 * MARGIN, height: layout.height + 2 * MARGIN }}>
        <Edges layout={layout} chosen={chosen} />
        {nodes.map((node) => {
          const place = layout.places.get(node.id);
          return place && <Node key={node.id} node={node} x={place.x + MARGIN} y={place.y + MARGIN} chosen={node.id === chosen} onChoose={onChoose} />;
        })}
      </div>
      <EdgeTable graph={graph} />
    </div>
  );
}

function Edges({ layout, chosen }: { readonly layout: Layout<GraphEdge>; readonly chosen: string | null }): ReactElement {
  return (
    <svg className="absolute inset-0" width={layout.width + 2 * MARGIN} height={layout.height + 2 * MARGIN} aria-hidden="true">
      <defs>
        <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0L8 4L0 8Z" className="edge-head" /></marker>
      </defs>
      <g transform={`translate(${MARGIN} ${MARGIN})`}>
        {layout.routes.map(({ edge, points }) => {
          const isNear = edge.source === chosen || edge.target === chosen;
          const middle = points[Math.floor((points.length - 1) / 2)];
          const next = points[Math.floor((points.length - 1) / 2) + 1];
          return (
            <g key={`${edge.source} ${edge.target}`} className={chosen !== null && !isNear ? "opacity-30" : ""}>
              <path d={pathThrough(points)} className={`edge ${edge.inferred ? "edge-inferred" : ""} ${isNear ? "edge-near" : ""}`} markerEnd="url(#arrow)" />
              {middle && next && (
                <text x={(middle.x + next.x) / 2} y={(middle.y + next.y) / 2 - 5} textAnchor="middle" className="edge-count">{edge.count > 1 ? `×${formatCount(edge.count)}` : ""}</text>
              )}
            </g>
          );
        })}
      </g>
    </svg>
  );
}

function Node({ node, x, y, chosen, onChoose }: { readonly node: GraphNode; readonly x: number; readonly y: number; readonly chosen: boolean; readonly onChoose: (id: string) => void }): ReactElement {
  const kind = kindOfNode(node);
  const facts = [plural(node.spans, "call"), formatDuration(node.duration_ns), node.cost.amount === null ? null : formatMoney(node.cost.amount)].filter(Boolean).join(" · ");
  return (
    <button
      type="button" aria-pressed={chosen} title={plainOf(node.name)}
      className={`absolute grid content-center gap-0.5 overflow-hidden rounded-md border bg-raised px-2.5 text-left shadow-xs hover:border-control ${chosen ? "border-accent ring-1 ring-accent" : "border-line"}`}
      style={{ left: x, top: y, width: SIZES.width, height: SIZES.height, borderLeft: `3px solid var(${kind.colour})` }}
      onClick={() => onChoose(node.id)}
    >
      <span className="flex items-baseline gap-1.5 text-xs text-muted">
        <span style={{ color: `var(${kind.colour})` }} aria-hidden="true">{kind.glyph}</span>{node.kind}
        {node.errors > 0 && <span className="ml-auto text-error">✗ {plural(node.errors, "error")}</span>}
      </span>
      <span className="truncate font-medium"><Visible line text={cutAt(node.name, 300)} /></span>
      <span className="truncate text-xs text-muted">{node.spans === 0 ? "no span of its own" : facts}</span>
    </button>
  );
}

/** The lines of the picture for whoever cannot see it. */
function EdgeTable({ graph }: { readonly graph: TraceGraph }): ReactElement {
  const names = new Map(graph.nodes.map(({ id, name, kind }) => [id, `${kind} ${plainOf(name, 100)}`]));
  return (
    <table className="sr-only">
      <caption>Who led to whom</caption>
      <thead><tr><th scope="col">From</th><th scope="col">To</th><th scope="col">Times</th><th scope="col">Known</th></tr></thead>
      <tbody>
        {graph.edges.map(({ source, target, count, inferred }) => (
          <tr key={`${source} ${target}`}><td>{names.get(source)}</td><td>{names.get(target)}</td><td>{count}</td><td>{inferred ? "from the tree" : "declared"}</td></tr>
        ))}
      </tbody>
    </table>
  );
}
