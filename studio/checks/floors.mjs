// The floors of Studio: a file imports from its own floor or lower ones, and a page never from another page.
// What several pages show, with what it asks the server, is a view.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

const FLOORS = ["base", "model", "data", "widgets", "views", "pages", "app"];
const root = resolve(import.meta.dirname, "../src");
const GENERATED = join("model", "schema.ts");
const files = readdirSync(root, { recursive: true }).filter((name) => /\.tsx?$/.test(name));
const faults = [];

for (const file of files) {
  const [floor, area] = file.split(sep);
  if (!FLOORS.includes(floor)) faults.push(`${file}: on no floor; one of ${FLOORS.join(", ")}`);
  const text = readFileSync(join(root, file), "utf8");
  if (text.split("\n").length > 400 && file !== GENERATED) faults.push(`${file}: more than 400 lines are two files`);
  for (const [, target] of text.matchAll(/(?:from|import)\s*\(?["'](\.[^"']+)["']/g)) {
    const [floorOf, areaOf] = relative(root, resolve(root, dirname(file), target)).split(sep);
    if (FLOORS.indexOf(floorOf) > FLOORS.indexOf(floor)) faults.push(`${file}: imports ${target} from a floor above`);
    if (floor === "widgets" && floorOf === "data") faults.push(`${file}: a widget takes props and never fetches (${target})`);
    if (floor === "pages" && floorOf === "pages" && area !== areaOf) faults.push(`${file}: imports another page (${target})`);
  }
  if (["base", "model"].includes(floor) && /from ["']react/.test(text)) faults.push(`${file}: ${floor} knows no React`);
}

if (faults.length > 0) {
  process.stderr.write(`${faults.join("\n")}\n`);
  process.exit(1);
}
process.stdout.write(`floors: ${files.length} files keep to them\n`);
