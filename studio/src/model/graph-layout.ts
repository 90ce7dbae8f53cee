/** Where the nodes of a directed graph stand: in columns from cause to effect, with few crossings, whatever it holds. */

export interface Link {
  readonly source: string;
  readonly target: string;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface Layout<E extends Link> {
  /** The upper left corner of each node, by its id. */
  readonly places: ReadonlyMap<string, Place>;
  /** Each edge with the points that it runs through, from the side of its source to that of its target. */
  readonly routes: readonly { readonly edge: E; readonly points: readonly Place[]; readonly isBack: boolean }[];
  readonly width: number;
  readonly height: number;
}

export interface Sizes {
  readonly width: number;
  readonly height: number;
  readonly columnGap: number;
  readonly rowGap: number;
}

const SWEEPS = 6;

/** Edges that lead back to where a walk came from: with them turned around the graph has no circles. */
function backEdges<E extends Link>(ids: readonly string[], edges: readonly E[]): ReadonlySet<E> {
  const out = new Map<string, E[]>(ids.map((id) => [id, []]));
  for (const edge of edges) out.get(edge.source)?.push(edge);
  const state = new Map<string, "open" | "done">();
  const back = new Set<E>();
  for (const start of ids) {
    if (state.has(start)) continue;
    const stack: { readonly id: string; next: number }[] = [{ id: start, next: 0 }];
    state.set(start, "open");
    while (stack.length > 0) {
      const top = stack.at(-1) as { id: string; next: number };
      const edge = out.get(top.id)?.[top.next];
      top.next += 1;
      if (!edge) {
        state.set(top.id, "done");
        stack.pop();
      } else if (state.get(edge.target) === "open") back.add(edge);
      else if (!state.has(edge.target)) {
        state.set(edge.target, "open");
        stack.push({ id: edge.target, next: 0 });
      }
    }
  }
  return back;
}

/** The column of each node: one behind the last of those that lead to it. */
function columnsOf<E extends Link>(ids: readonly string[], edges: readonly E[]): ReadonlyMap<string, number> {
  const column = new Map(ids.map((id) => [id, 0]));
  const waitingFor = new Map(ids.map((id) => [id, 0]));
  const out = new Map<string, string[]>(ids.map((id) => [id, []]));
  for (const { source, target } of edges) {
    waitingFor.set(target, (waitingFor.get(target) ?? 0) + 1);
    out.get(source)?.push(target);
  }
  const ready = ids.filter((id) => waitingFor.get(id) === 0);
  for (let id = ready.shift(); id !== undefined; id = ready.shift()) {
    for (const target of out.get(id) ?? []) {
      column.set(target, Math.max(column.get(target) ?? 0, (column.get(id) ?? 0) + 1));
      const left = (waitingFor.get(target) ?? 1) - 1;
      waitingFor.set(target, left);
      if (left === 0) ready.push(target);
    }
  }
  return column;
}

/** A node, or the place where a long edge crosses a column. */
interface Cell {
  readonly id: string;
  readonly isNode: boolean;
  readonly before: Cell[];
  readonly after: Cell[];
  row: number;
}

const mean = (cells: readonly Cell[]): number => cells.reduce((sum, { row }) => sum + row, 0) / cells.length;

function settle(columns: readonly Cell[][]): void {
  const order = (cells: Cell[], side: "before" | "after"): void => {
    const wanted = new Map(cells.map((cell) => [cell, cell[side].length === 0 ? cell.row : mean(cell[side])]));
    cells.sort((left, right) => (wanted.get(left) as number) - (wanted.get(right) as number) || left.row - right.row);
    cells.forEach((cell, row) => {
      cell.row = row;
    });
  };
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    for (const cells of columns.slice(1)) order(cells, "before");
    for (const cells of columns.slice(0, -1).toReversed()) order(cells, "after");
  }
}

/** Lays a graph from left to right. Edges to or from what is no node are left out; so are edges of a node to itself. */
export function layGraph<E extends Link>(ids: readonly string[], given: readonly E[], sizes: Sizes): Layout<E> {
  const known = new Set(ids);
  const edges = given.filter(({ source, target }) => source !== target && known.has(source) && known.has(target));
  const back = backEdges(ids, edges);
  const turned = edges.map((edge) => (back.has(edge) ? { source: edge.target, target: edge.source, edge } : { source: edge.source, target: edge.target, edge }));
  const column = columnsOf(ids, turned);
  const columns: Cell[][] = Array.from({ length: Math.max(0, ...column.values()) + 1 }, () => []);
  const cells = new Map<string, Cell>();
  const put = (id: string, at: number, isNode: boolean): Cell => {
    const cell: Cell = { id, isNode, before: [], after: [], row: columns[at]?.length ?? 0 };
    columns[at]?.push(cell);
    return cell;
  };
  for (const id of ids) cells.set(id, put(id, column.get(id) ?? 0, true));
  const chains = turned.map(({ source, target, edge }) => {
    const chain = [cells.get(source) as Cell];
    for (let at = (column.get(source) ?? 0) + 1; at < (column.get(target) ?? 0); at += 1) chain.push(put("", at, false));
    chain.push(cells.get(target) as Cell);
    chain.slice(1).forEach((cell, at) => {
      (chain[at] as Cell).after.push(cell);
      cell.before.push(chain[at] as Cell);
    });
    return { edge, chain };
  });
  settle(columns);
  return placed(columns, chains, back, sizes);
}

function placed<E extends Link>(columns: readonly Cell[][], chains: readonly { readonly edge: E; readonly chain: readonly Cell[] }[], back: ReadonlySet<E>, sizes: Sizes): Layout<E> {
  const { width, height, columnGap, rowGap } = sizes;
  // Where an edge passes by it needs less room than a node.
  const room = (cell: Cell): number => (cell.isNode ? height : height / 2) + rowGap;
  const tall = Math.max(0, ...columns.map((cells) => cells.reduce((sum, cell) => sum + room(cell), -rowGap)));
  const at = new Map<Cell, Place>();
  columns.forEach((cells, index) => {
    let y = (tall - cells.reduce((sum, cell) => sum + room(cell), -rowGap)) / 2;
    for (const cell of cells) {
      at.set(cell, { x: index * (width + columnGap), y });
      y += room(cell);
    }
  });
  const pointsOf = (chain: readonly Cell[]): Place[] => chain.flatMap((cell, index) => {
    const { x, y } = at.get(cell) as Place;
    const middle = y + (cell.isNode ? height : height / 2) / 2;
    if (index === 0) return [{ x: x + width, y: middle }];
    return index === chain.length - 1 ? [{ x, y: middle }] : [{ x, y: middle }, { x: x + width, y: middle }];
  });
  return {
    places: new Map([...at].flatMap(([cell, place]) => (cell.isNode ? [[cell.id, place] as const] : []))),
    routes: chains.map(({ edge, chain }) => {
      const points = pointsOf(chain);
      return { edge, points: back.has(edge) ? points.toReversed() : points, isBack: back.has(edge) };
    }),
    width: columns.length * (width + columnGap) - columnGap,
    height: tall,
  };
}

/** A smooth line through points, for the `d` of an SVG path. */
export function pathThrough(points: readonly Place[]): string {
  return points.map(({ x, y }, index) => {
    const before = points[index - 1];
    if (!before) return `M${x} ${y}`;
    const bend = (x - before.x) / 2;
    return `C${before.x + bend} ${before.y} ${x - bend} ${y} ${x} ${y}`;
  }).join("");
}
