import type { ReactElement } from "react";
import { Redirect } from "wouter";
import { useMay } from "../../data/session";
import { placeOf } from "../../model/link";
import { oneOf } from "../../model/usage";
import { NoPermission } from "../../widgets/states";
import { RevenueTab } from "./RevenueTab";
import { TABS } from "./UsageHead";
import { UsageTab } from "./UsageTab";

/** What runs came to: cost, activity, latency; and what they earned. */
export function UsagePage({ project, about: named }: { readonly project: string; readonly about: string | undefined }): ReactElement {
  const tab = oneOf(TABS, named);
  const mayBill = useMay(project, "bill");
  // What was chosen stays when another question is asked.
  if (tab === null) return <Redirect to={`${placeOf(project, "usage/cost")}${window.location.search}`} replace />;
  if (tab !== "revenue") return <UsageTab key={tab} project={project} about={tab} />;
  return mayBill ? <RevenueTab project={project} /> : <NoPermission to="see what was earned" />;
}
