import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { removeLeftovers } from "../../src/persistence/leftovers.ts";
import { Replaying } from "./replaying.ts";
import { Logger } from "../../src/base/logger.ts";

const MINUTE_MS = 60_000;

Deno.test("half-written files that nobody writes to any more go, all others stay", () => {
  using replaying = new Replaying();
  const { clock, config } = replaying.harness;
  const { folder } = replaying, nowMs = clock.nowMs();
  Deno.mkdirSync(replaying.loader.folder);
  const write = (path: string, ageMs: number) => {
    Deno.writeTextFileSync(join(folder, path), "half");
    Deno.utimeSync(join(folder, path), new Date(nowMs - ageMs), new Date(nowMs - ageMs));
  };
  const abandoned = [
    "temp-123.rdb",
    "temp-bgsave-123-4.rdb",
    "temp-rewriteaof-bg-9.aof",
    "appendonlydir/temp-rewriteaof-bg-9-2.aof",
  ];
  const kept = [
    "dump.rdb",
    "temp-.rdb",
    "temp-x.rdb",
    "temp-123.rdb.bak",
    "appendonlydir/appendonly.aof.1.incr.aof",
    "appendonlydir/temp-appendonly.aof.incr",
  ];
  for (const path of [...abandoned, ...kept]) write(path, MINUTE_MS);
  write("temp-bgsave-77-1.rdb", MINUTE_MS - 1000); // may be being written
  write("temp-42.rdb", 0); // this process's number, used before
  const log: string[] = [];
  const logger = new Logger({ clock, sink: { write: (line) => void log.push(line) }, pid: 42 });
  removeLeftovers({ config, logger, nowMs, pid: 42 });
  const left = [...kept, "temp-bgsave-77-1.rdb"].sort();
  assertEquals(filesBelow(folder), left);
  assertEquals(log.length, abandoned.length + 1);
  assertStringIncludes(log.join(), "Removed temp-42.rdb (4 bytes)");
  Deno.removeSync(replaying.loader.folder, { recursive: true });
  removeLeftovers({ config, logger, nowMs, pid: 42 });
});

function filesBelow(folder: string, prefix = ""): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesBelow(join(folder, name), `${prefix}${name}/`) : [prefix + name]
  ).sort();
}
