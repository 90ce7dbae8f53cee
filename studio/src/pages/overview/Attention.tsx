import { useQuery } from "@tanstack/react-query";
import type { ReactElement, ReactNode } from "react";
import { Link } from "wouter";
import { plural } from "../../base/format";
import { standingsQuery } from "../../data/budgets";
import { healthQuery } from "../../data/reads";
import { amountOf, periodOf, whoseBudget } from "../../model/budgets";
import { lossesOf } from "../../model/health";
import { placeOf } from "../../model/link";
import { AlertIcon, RightIcon } from "../../widgets/icons";
import { Name } from "../../widgets/name";

/** What nobody would go looking for: telemetry that was not taken, and budgets that are passed. */
export function Attention({ project }: { readonly project: string }): ReactElement | null {
  const health = useQuery({ ...healthQuery(project), refetchInterval: 15_000 });
  const budgets = useQuery({ ...standingsQuery(project), refetchInterval: 60_000 });
  const losses = health.data ? lossesOf(health.data) : null;
  const passed = budgets.data?.budgets.filter(({ exceeded }) => exceeded) ?? [];
  if ((losses === null || losses.items + losses.requests === 0) && passed.length === 0) return null;
  return (
    <ul className="grid gap-2" aria-label="Needs attention">
      {losses !== null && losses.items + losses.requests > 0 && (
        <Warning href={placeOf(project, "health")} action="See Health">
          Since the server started{losses.requests > 0 && <> it refused <b className="font-semibold">{plural(losses.requests, "request")}</b></>}
          {losses.requests > 0 && losses.items > 0 && " and"}
          {losses.items > 0 && <> <b className="font-semibold">{plural(losses.items, "item")}</b> of telemetry {losses.items === 1 ? "was" : "were"} rejected or dropped</>}.
        </Warning>
      )}
      {passed.length > 0 && (
        <Warning href={placeOf(project, "settings/budgets")} action="See budgets">
          {passed.length === 1 ? "A budget is passed: " : `${passed.length} budgets are passed: `}
          {passed.map((standing, at) => (
            <span key={standing.name}>
              {at > 0 && ", "}
              <b className="font-semibold"><Name text={standing.name} className="" /></b> of {whoseBudget(standing)}, {amountOf(standing.used, standing.unit)} of {amountOf(standing.limit, standing.unit)} {periodOf(standing)}
            </span>
          ))}.
        </Warning>
      )}
    </ul>
  );
}

function Warning({ href, action, children }: { readonly href: string; readonly action: string; readonly children: ReactNode }): ReactElement {
  return (
    <li className="flex min-h-9 items-center gap-2 rounded-lg bg-warn-wash px-3 py-1.5">
      <span className="text-warn"><AlertIcon /></span>
      <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">{children}</span>
      <Link href={href} className="flex min-h-6 shrink-0 items-center gap-1 font-medium text-accent hover:underline">{action}<RightIcon /></Link>
    </li>
  );
}
