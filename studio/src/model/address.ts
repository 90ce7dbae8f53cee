/** What the address of a page names. */

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Somebody typed it: then it is what it says.
    return segment;
  }
}

/**
 * The values of a pattern such as `/p/:project/sessions/:id/:tab?` in the path as the browser has it. The router's
 * own are decoded in part: of them nobody can tell a `%2F` in an id from a slash. A `*` at the end of a pattern is all
 * the rest, for names that have slashes.
 */
export function paramsOf(pattern: string, pathname: string): Readonly<Record<string, string>> {
  const segments = pathname.split("/");
  const named = pattern.split("/").flatMap((part, at) => {
    if (part === "*") return [["*", segments.slice(at).map(decoded).join("/")] as const];
    const value = segments[at];
    const name = /^:(\w+)\??$/.exec(part)?.[1];
    return name === undefined || value === undefined || value === "" ? [] : [[name, decoded(value)] as const];
  });
  return Object.fromEntries(named);
}
