import type { ReactElement } from "react";
import { download } from "../base/download";
import { Button } from "./button";
import { DownloadIcon } from "./icons";

/** Hands a table over as CSV, made when it is asked for. */
export function CsvButton({ name, text, label = "CSV" }: {
  /** Without the ending; what a file's name cannot have becomes a dash. */
  readonly name: string;
  readonly text: () => string;
  readonly label?: string;
}): ReactElement {
  const file = `${name.replaceAll(/[^\w.-]+/g, "-")}.csv`;
  return <Button look="plain" title={`The table as CSV: ${file}`} onClick={() => download(file, "text/csv", text())}><DownloadIcon />{label}</Button>;
}
