import { assertEquals } from "@std/assert";
import { cyclesOf, importsOf } from "./import_graph.ts";
import { sourceFiles } from "./project_files.ts";
import { FROM_OUTSIDE, importFault, MAY_IMPORT, roomOf } from "./rooms.ts";

const files = sourceFiles("main.ts", "src");

Deno.test("an import points only to a room of its row", async () => {
  const faults = (await importsOf(files))
    .filter(({ to }) => to.startsWith("src/") || to === "main.ts")
    .map(({ from, to }) => importFault(from, to))
    .filter((fault) => fault !== null);
  assertEquals(faults, []);
});

Deno.test("the program imports nothing from outside but the standard library and node:", async () => {
  const strangers = (await importsOf(files))
    .filter(({ to }) => !to.startsWith("src/") && !FROM_OUTSIDE.test(to))
    .map(({ from, to }) => `${from} imports ${to}`);
  assertEquals(strangers, []);
});

Deno.test("no files import each other in a circle, types included", async () => {
  const cycles = cyclesOf(await importsOf(files)).map((cycle) => cycle.join(" -> "));
  assertEquals(cycles, []);
});

Deno.test("every room of src is in the table of rooms", () => {
  const rooms = new Set(files.filter((path) => path.split("/").length > 2).map(roomOf));
  assertEquals([...rooms].filter((room) => !(room in MAY_IMPORT)), []);
});

Deno.test("the rule finds a forbidden import, a circle and nothing else", () => {
  assertEquals(importFault("src/store/a.ts", "src/values/b.ts"), null);
  assertEquals(importFault("src/commands/set/a.ts", "src/commands/list/b.ts"), null);
  assertEquals(importFault("src/server.ts", "src/net/a.ts"), null);
  for (
    const [from, to] of [
      ["src/values/a.ts", "src/store/b.ts"],
      ["src/base/a.ts", "src/resp/b.ts"],
      ["src/cli/a.ts", "src/rdb/b.ts"],
      ["src/cli/check/a.ts", "src/persistence/load.ts"],
      ["src/commands/a.ts", "src/server.ts"],
      ["main.ts", "src/engine/a.ts"],
      ["src/unknown/a.ts", "src/base/b.ts"],
    ]
  ) {
    assertEquals(typeof importFault(from, to), "string", `${from} imports ${to}`);
  }
  const imports = [["a", "b"], ["b", "c"], ["c", "b"], ["c", "d"]];
  assertEquals(cyclesOf(imports.map(([from, to]) => ({ from, to }))), [["b", "c"]]);
});
