/** Servers that are told to stop: what they acknowledged is saved, what they had not loaded stays. */

import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { lockFiles } from "../../src/persistence/file_lock.ts";
import { startMiniredis } from "../support/miniredis_server.ts";
import { plain } from "../support/reply.ts";
import { RespClient } from "../support/resp_client.ts";

const SAVES = { save: ["3600", "1"] };
const CLIENTS = 20;

async function inFolder(check: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "miniredis_test_" });
  try {
    await check(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Counts a key up until the connection ends; answers the last number that was replied. */
async function countUp(port: number, key: string): Promise<number> {
  let last = 0;
  try {
    using client = await RespClient.connect({ port });
    for (;;) last = Number(plain(await client.send("INCR", key)));
  } catch {
    return last;
  }
}

Deno.test("a server that is stopped before it began to load leaves the dump alone", {
  ignore: Deno.build.os === "windows",
}, async () => {
  await inFolder(async (dir) => {
    const dump = join(dir, "dump.rdb");
    {
      await using server = await startMiniredis(SAVES, { dir });
      using client = await RespClient.connect({ port: server.port });
      await client.send("SET", "k", "v");
      await client.send("SAVE");
    }
    const before = Deno.readFileSync(dump);
    Deno.mkdirSync(join(dir, "appendonlydir"));
    const lock = await lockFiles(join(dir, "appendonlydir", "appendonly.aof"));
    const flags = { ...SAVES, appendonly: "yes" };
    const server = await startMiniredis(flags, { dir, withoutWaiting: true });
    await server.waitForLog(/Running mode=/);
    const ended = server.stop("SIGTERM"); // while it waits for the lock
    await server.waitForLog(/User requested shutdown/);
    lock?.[Symbol.dispose]();
    assertEquals((await ended).code, 0, server.log);
    assertEquals(Deno.readFileSync(dump), before);
  });
});

Deno.test("SHUTDOWN SAVE: whatever was replied is in the dump", async () => {
  await inFolder(async (dir) => {
    const server = await startMiniredis(SAVES, { dir });
    const counting = Array.from({ length: CLIENTS }, (_, i) => countUp(server.port, `k${i}`));
    await new Promise((resolve) => setTimeout(resolve, 200));
    using client = await RespClient.connect({ port: server.port });
    await client.send("SHUTDOWN", "SAVE").catch(() => {}); // it ends the connection
    const replied = await Promise.all(counting);
    await server.ended;
    await using again = await startMiniredis(SAVES, { dir });
    using other = await RespClient.connect({ port: again.port });
    for (const [i, number] of replied.entries()) {
      const saved = Number(plain(await other.send("GET", `k${i}`)));
      assert(saved >= number, `k${i}: ${number} was replied, ${saved} is saved`);
    }
  });
});
