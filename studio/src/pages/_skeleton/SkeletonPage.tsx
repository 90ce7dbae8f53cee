import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { failureOf } from "../../data/failure";
import { agentsQuery } from "../../data/agents";
import { PageHead } from "../../widgets/page-head";
import { Empty, ErrorBox, SkeletonRows } from "../../widgets/states";
import { Table } from "../../widgets/table";

/**
 * The smallest whole page, to copy: a head, and what it shows in each of its states. It becomes a page by one
 * line in app/pages.tsx (which has the right that it takes) and, if it is in the list on the left, one in
 * app/navigation.ts. What it asks is a query in data/, what it computes is a function in model/ with a test.
 */
export function SkeletonPage({ project }: { readonly project: string }): ReactElement {
  const { data, error, refetch } = useQuery(agentsQuery(project));
  return (
    <>
      <PageHead title={<h1 className="text-lg font-semibold">Skeleton</h1>} />
      {!data && error && <ErrorBox failure={failureOf("What it shows could not be read", error)} onRetry={() => void refetch()} />}
      {!data && !error && <SkeletonRows count={12} height={32} />}
      {data?.length === 0 && <Empty title="Nothing yet"><p>What to do so that something comes.</p></Empty>}
      {data && data.length > 0 && (
        <div className="min-h-0 flex-1 overflow-auto p-4">
          <Table label="Skeleton" columns={["Name"]}>
            {data.map(({ name }) => <tr key={name}><th scope="row">{name}</th></tr>)}
          </Table>
        </div>
      )}
    </>
  );
}
