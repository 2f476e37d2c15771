import { assertEquals } from "@std/assert";
import { NO_EFFECT } from "../../src/config/directive.ts";
import { DIRECTIVES } from "../../src/config/directives.ts";
import { readFile, sourceFiles } from "./project_files.ts";

/** They refuse the one value that would mean something. */
const REFUSED = ["activedefrag", "cluster-enabled", "daemonize", "syslog-enabled"];

Deno.test("a directive that nothing reads is marked as one without effect, and no other is", () => {
  const tables = /^src\/config\/directives|^src\/cli\/client\//;
  const source = sourceFiles("src", "main.ts").filter((path) => !tables.test(path)).map(readFile);
  const text = source.join("\n");
  const unread: string[] = [], marked: string[] = [];
  for (const [name, { flags }] of DIRECTIVES) {
    if ((flags & NO_EFFECT) !== 0) marked.push(name);
    if (!text.includes(`"${name}"`) && !REFUSED.includes(name)) unread.push(name);
  }
  assertEquals(marked.toSorted(), unread.toSorted());
});
