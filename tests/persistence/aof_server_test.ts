/** The append-only file of a real process, on a real disk: what was replied is there after kill -9. */

import { assertEquals, assertMatch } from "@std/assert";
import { startMiniredis } from "../support/miniredis_server.ts";
import { plain } from "../support/reply.ts";
import { RespClient } from "../support/resp_client.ts";
import type { Flags, ServerProcess } from "../support/server_process.ts";

const DEBUG = { "enable-debug-command": "yes" };

async function ask(server: ServerProcess, ...words: string[]): Promise<unknown> {
  using client = await RespClient.connect({ port: server.port });
  return plain(await client.send(...words));
}

/** Five clients at once, some with pipelines, some with transactions. */
async function writeMuch(server: ServerProcess): Promise<void> {
  const clients = await Promise.all(
    Array.from({ length: 5 }, () => RespClient.connect({ port: server.port })),
  );
  await Promise.all(clients.map(async (client, number) => {
    for (let round = 0; round < 20; round++) {
      const commands: string[][] = [];
      for (let i = 0; i < number * 4 + 1; i++) {
        commands.push(["SET", `string:${number}:${i}`, "x".repeat(round * 13)]);
        commands.push(["RPUSH", `list:${number}`, `${round}:${i}`], ["GET", "string:1:1"]);
      }
      commands.push(["MULTI"], ["INCR", "counter"], ["SET", "expires", "v", "EX", "1000"], [
        "EXEC",
      ]);
      await client.pipeline(commands);
    }
  }));
  for (const client of clients) client.close();
}

async function inFolder(check: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "miniredis_test_" });
  try {
    await check(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

for (const policy of ["always", "everysec", "no"]) {
  Deno.test(`appendfsync ${policy}: kill -9 takes nothing that was replied`, async () => {
    await inFolder(async (dir) => {
      const flags: Flags = { ...DEBUG, appendonly: "yes", appendfsync: policy };
      const server = await startMiniredis(flags, { dir });
      await writeMuch(server);
      const digest = await ask(server, "DEBUG", "DIGEST");
      await server.stop("SIGKILL");
      await using again = await startMiniredis(flags, { dir });
      assertEquals(await ask(again, "DEBUG", "DIGEST"), digest);
      assertEquals(await ask(again, "GET", "counter"), "100");
    });
  });
}

Deno.test("CONFIG SET appendonly yes while clients write: then kill -9 takes nothing", async () => {
  await inFolder(async (dir) => {
    const server = await startMiniredis(DEBUG, { dir });
    await writeMuch(server);
    const writing = writeMuch(server);
    assertEquals(await ask(server, "CONFIG", "SET", "appendonly", "yes"), "OK");
    await writing;
    await server.waitForLog(/Background AOF rewrite finished successfully/);
    await ask(server, "SET", "last", "one");
    const digest = await ask(server, "DEBUG", "DIGEST");
    await server.stop("SIGKILL");
    await using again = await startMiniredis({ ...DEBUG, appendonly: "yes" }, { dir });
    assertEquals(await ask(again, "DEBUG", "DIGEST"), digest);
  });
});

Deno.test("BGREWRITEAOF again and again while clients write changes nothing", async () => {
  await inFolder(async (dir) => {
    const flags: Flags = { ...DEBUG, appendonly: "yes", "aof-use-rdb-preamble": "no" };
    const server = await startMiniredis(flags, { dir });
    let writes = true;
    const writing = writeMuch(server).then(() => writes = false);
    while (writes) {
      await ask(server, "BGREWRITEAOF");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await writing;
    const digest = await ask(server, "DEBUG", "DIGEST");
    const { code } = await server.stop("SIGTERM");
    assertEquals(code, 0);
    assertMatch(server.log, /Calling fsync\(\) on the AOF file/);
    await using again = await startMiniredis(flags, { dir });
    assertEquals(await ask(again, "DEBUG", "DIGEST"), digest);
  });
});
