import type { ReactElement, Ref } from "react";
import { type Noun, useCompletion, useRecentLines } from "../../data/filter";
import { useMay } from "../../data/session";
import type { Range } from "../../model/range";
import { FilterBar, type FilterHandle, type FilterProblem } from "../../widgets/filter-bar";
import { ViewsMenu } from "./ViewsMenu";

/** The filter line of a page with everything around it: completion from the server, lines of before, views. */
export function FilterLine({ project, noun, page, value, range, problem, placeholder, onChange, handle }: {
  readonly project: string;
  readonly noun: Noun;
  /** Whose views are offered: the page's name in the address; none where it has none. */
  readonly page?: string;
  readonly value: string;
  readonly range: Range;
  readonly problem: FilterProblem | null;
  readonly placeholder: string;
  readonly onChange: (value: string) => void;
  readonly handle?: Ref<FilterHandle>;
}): ReactElement {
  const mayRead = useMay(project, "read");
  const completion = useCompletion(project, noun, range, mayRead);
  const recent = useRecentLines(project, noun, problem === null ? value : "");
  return (
    <>
      <FilterBar
        value={value} problem={problem} placeholder={placeholder} completion={{ ...completion, recent }} onChange={onChange}
        {...(handle === undefined ? {} : { handle })}
      />
      {page !== undefined && <ViewsMenu project={project} page={page} />}
    </>
  );
}
