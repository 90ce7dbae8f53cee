import { useInfiniteQuery } from "@tanstack/react-query";
import { type ReactElement, type ReactNode, useRef } from "react";
import { Link } from "wouter";
import { NONE, formatCount, formatWhole } from "../../base/format";
import { failureOf, filterProblemOf } from "../../data/failure";
import { useRange, useUrlState } from "../../data/hooks";
import { usersQuery } from "../../data/sessions";
import type { Activity } from "../../model/api";
import { costOf } from "../../model/cost";
import { addTerm, quoteValue } from "../../model/filter";
import { frozenLink } from "../../model/link";
import { type Range, isLive } from "../../model/range";
import { cutAt, plainOf } from "../../model/visible";
import { FilterLine } from "../../views/filter/FilterLine";
import { Button } from "../../widgets/button";
import type { FilterHandle } from "../../widgets/filter-bar";
import { useKeys } from "../../widgets/keys";
import { Name, Visible } from "../../widgets/name";
import { CopyLink, PageHead } from "../../widgets/page-head";
import { RangePicker, type RangeHandle } from "../../widgets/range-picker";
import { Empty, ErrorBox, SkeletonRows } from "../../widgets/states";
import { Moment, Table } from "../../widgets/table";

const POLL_MS = 5000;

/** Whose sessions they were: what the runs of each user came to, and the way to them. */
export function Users({ project, head }: { readonly project: string; readonly head: ReactNode }): ReactElement {
  const { params, change } = useUrlState();
  const { range, setRange } = useRange();
  const q = params.get("q") ?? "";
  const filter = useRef<FilterHandle>(null);
  const picker = useRef<RangeHandle>(null);
  const query = useInfiniteQuery({ ...usersQuery(project, q, range), refetchInterval: isLive(range) ? POLL_MS : false });
  const users = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const setFilter = (next: string): void => change({ q: next }, "push");
  useKeys("Users", [
    { keys: "/", label: "Filter", run: () => filter.current?.focus() },
    { keys: "t", label: "Time range", run: () => picker.current?.open() },
    { keys: "y", label: "Copy link", run: () => void navigator.clipboard?.writeText(frozenLink(location.href, Date.now())) },
  ]);
  const problem = filterProblemOf(query.error, q);
  return (
    <>
      <PageHead title={head}>
        <CopyLink link={() => frozenLink(location.href, Date.now())} />
        <RangePicker handle={picker} range={range} onChange={setRange} />
      </PageHead>
      <div className="flex items-start gap-2 px-4 py-2">
        <FilterLine project={project} noun="runs" page="users" range={range} handle={filter} value={q} problem={problem} placeholder="Filter by their runs: agent:planner status:error" onChange={setFilter} />
      </div>
      {query.error && !query.data && !problem && <ErrorBox failure={failureOf("The users could not be read", query.error)} onRetry={() => void query.refetch()} />}
      {query.isPending && <SkeletonRows count={10} height={36} />}
      {query.data && users.length === 0 && !problem && <NoUsers q={q} onFilter={setFilter} onRange={setRange} />}
      {users.length > 0 && (
        <div className={`min-h-0 flex-1 overflow-auto px-4 pb-8 ${query.isPlaceholderData || problem ? "opacity-60" : ""}`}>
          <Table label="Users" columns={["User", "Runs", "Errors", "Tokens in / out", "Cost", "Agents", "Last seen"]}>
            {users.map((user) => <UserRow key={user.name} project={project} user={user} q={q} range={range} />)}
          </Table>
          {query.hasNextPage && <Button look="plain" className="mt-2" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>Load more users</Button>}
        </div>
      )}
    </>
  );
}

function UserRow({ project, user, q, range }: { readonly project: string; readonly user: Activity; readonly q: string; readonly range: Range }): ReactElement {
  const cost = costOf(user.cost, user.tokens);
  const { input, output } = user.tokens;
  const query = new URLSearchParams({ q: addTerm(q, `user:${quoteValue(user.name)}`), from: range.from, ...(isLive(range) ? {} : { to: range.to }) });
  return (
    <tr>
      <th scope="row" className="max-w-72">
        <Link href={`/p/${encodeURIComponent(project)}/runs?${query}`} aria-label={plainOf(user.name)} className="block truncate text-accent hover:underline"><Name text={user.name} /></Link>
      </th>
      <td>{formatWhole(user.runs)}</td>
      <td className={user.errors > 0 ? "text-error" : "text-muted"}>{user.errors > 0 && <span aria-hidden="true">✗ </span>}{formatWhole(user.errors)}</td>
      <td>{input === null && output === null ? NONE : `${formatCount(input)} / ${formatCount(output)}`}</td>
      <td title={cost.why} className={cost.isUnpriced ? "text-warn" : ""}>{cost.text}{cost.isPartial ? "+" : ""}</td>
      <td className="max-w-72 truncate text-muted" title={plainOf(user.agents.join(", "))}><Visible line text={cutAt(user.agents.join(", "), 400) || NONE} /></td>
      <td><Moment at={user.last_at} /></td>
    </tr>
  );
}

function NoUsers({ q, onFilter, onRange }: { readonly q: string; readonly onFilter: (q: string) => void; readonly onRange: (range: Range) => void }): ReactElement {
  return (
    <Empty title={q === "" ? "No run here names a user" : "No user has a run that passes this filter"}>
      {q === "" && <p>Agents say on whose behalf they run with the attribute <code>user.id</code> on their spans; what each user cost then stands here.</p>}
      <div className="flex gap-2">
        {q !== "" && <Button onClick={() => onFilter("")}>Without the filter</Button>}
        <Button onClick={() => onRange({ from: "now-30d", to: "now" })}>Look back 30 days</Button>
      </div>
    </Empty>
  );
}
