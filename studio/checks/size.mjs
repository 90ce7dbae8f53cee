// The budget of a first load: what index.html names, gzip'd, and everything there is. Usage: size.mjs DIST
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";

const FIRST_LOAD_KB = 180;
const ALL_KB = 300;
const dist = resolve(process.argv[2] ?? "../fanlight/studio_dist");
const page = readFileSync(join(dist, "index.html"), "utf8");
const compressed = (name) => gzipSync(readFileSync(join(dist, name))).length;
const sum = (names) => names.reduce((total, name) => total + compressed(name), 0) / 1024;

const named = [...page.matchAll(/(?:src|href)="\.\/([^"]+\.(?:js|css))"/g)].map((match) => match[1]);
const everything = readdirSync(dist, { recursive: true }).filter((name) => /\.(js|css)$/.test(name));
const first = sum(named);
const all = sum(everything);
process.stdout.write(`first load ${first.toFixed(1)} KB gz (at most ${FIRST_LOAD_KB}), all ${all.toFixed(1)} KB gz (at most ${ALL_KB})\n`);
if (named.length === 0 || first > FIRST_LOAD_KB || all > ALL_KB) process.exit(1);
