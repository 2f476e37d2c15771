import { assertEquals } from "@std/assert";
import { exists, readFile, sourceFiles } from "./project_files.ts";
import { roomOf } from "./rooms.ts";
import { type SyntaxFacts, syntaxFacts } from "./syntax_facts.ts";

const MOST_LINES = 400;
const MOST_FUNCTION_LINES = 60;
const MOST_MAIN_LINES = 60;

/** Files of facts may be longer, as long as they hold no logic. */
const TABLE_OF_FACTS = /(^|\/)(table|directives|[a-z]+_tables?|facts)[a-z_]*\.ts$/;

/** Where time, randomness and the environment may be read. */
const EDGES = [
  "main.ts",
  "src/server.ts",
  "src/base/clock.ts",
  "src/base/random.ts",
  "src/cli/",
  "src/net/",
];

/** Folders of tests that mirror no room. */
const TEST_FOLDERS = [
  "wire",
  "contract",
  "properties",
  "differential",
  "clients",
  "smoke",
  "tidy",
  "bench",
  "crash",
  "fixtures",
  "support",
];

interface File extends SyntaxFacts {
  path: string;
  source: string;
}

const files: File[] = sourceFiles("main.ts", "src", "tests").map((path) => {
  const source = readFile(path);
  return { path, source, ...syntaxFacts(path, source) };
});
const program = files.filter(({ path }) => !path.startsWith("tests/"));

Deno.test(`a file has at most ${MOST_LINES} lines, unless it is a table of facts`, () => {
  const long = files
    .filter(({ path, hasLogic }) => !TABLE_OF_FACTS.test(path) || hasLogic)
    .map(({ path, source }) => ({ path, lines: source.trimEnd().split("\n").length }))
    .filter(({ lines }) => lines > MOST_LINES);
  assertEquals(long, []);
});

Deno.test(`a function has at most ${MOST_FUNCTION_LINES} lines`, () => {
  const long = files.flatMap(({ path, functions }) =>
    functions
      .filter(({ lines }) => lines > MOST_FUNCTION_LINES)
      .map(({ name, line, lines }) => `${path}:${line} ${name} has ${lines} lines`)
  );
  assertEquals(long, []);
});

Deno.test(`main.ts has at most ${MOST_MAIN_LINES} lines`, () => {
  const lines = readFile("main.ts").trimEnd().split("\n").length;
  assertEquals(lines <= MOST_MAIN_LINES, true, `main.ts has ${lines} lines`);
});

Deno.test("every file of the program says first what it is, before or right after its imports", () => {
  const imports = /^import\b[^;]*;\s*/;
  const silent = program.filter(({ source }) => {
    let rest = source;
    while (imports.test(rest)) rest = rest.replace(imports, "");
    return !/^\/[/*]/.test(rest) && !/^\/[/*]/.test(source);
  }).map(({ path }) => path);
  assertEquals(silent, []);
});

Deno.test("there are no barrels, no index.ts and no default exports", () => {
  const found = program
    .filter(({ path, hasDefaultExport, reexports, statements }) =>
      path.endsWith("/index.ts") || hasDefaultExport || reexports > statements
    )
    .map(({ path }) => path);
  assertEquals(found, []);
});

Deno.test("time, randomness and the environment are read only at the edges", () => {
  const found = program
    .filter(({ path }) => !EDGES.some((edge) => path === edge || path.startsWith(edge)))
    .flatMap(({ path, ambient }) => ambient.map(({ name, line }) => `${path}:${line} ${name}`));
  assertEquals(found, []);
});

Deno.test("the folders of tests mirror those of src", () => {
  const strange = files
    .filter(({ path }) => path.startsWith("tests/"))
    .map(({ path }) => path.split("/").slice(1, -1).join("/"))
    .filter((folder) => !TEST_FOLDERS.includes(roomOf(folder)))
    .filter((folder) => !exists(`src/${folder}`));
  assertEquals([...new Set(strange)], []);
});

Deno.test("the facts of a file are read from its syntax, not from its text", () => {
  const source = [
    "// Date.now in a comment",
    'export const text = "Math.random()";',
    "export function named() {",
    "  return () => Date.now() + new Date().getTime();",
    "}",
    "class Thing {",
    "  #method() {",
    "    for (;;) return Deno.env;",
    "  }",
    "}",
    'export * from "./thing.ts";',
    "export default Thing;",
  ].join("\n");
  const facts = syntaxFacts("example.ts", source);
  assertEquals(facts.ambient.map(({ name, line }) => `${line} ${name}`).sort(), [
    "4 Date.now",
    "4 new Date()",
    "8 Deno.env",
  ]);
  assertEquals(facts.functions.find(({ name }) => name === "named")?.lines, 3);
  assertEquals(facts.functions.length, 3);
  assertEquals([facts.hasLogic, facts.hasDefaultExport, facts.reexports], [true, true, 1]);
  assertEquals(syntaxFacts("table.ts", "export const A = [{ b: () => 1 }];").hasLogic, false);
});
