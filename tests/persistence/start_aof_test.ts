// Starting the real program on append-only files, good and bad.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { latin1Bytes } from "../../src/base/bytes.ts";
import { startMiniredis } from "../support/miniredis_server.ts";
import { redisServerPath, testWithRedis } from "../support/redis_server.ts";
import { plain } from "../support/reply.ts";
import { RespClient } from "../support/resp_client.ts";
import { ServerProcess } from "../support/server_process.ts";
import { commands } from "./replaying.ts";

const APPEND_ONLY = { appendonly: "yes", "enable-debug-command": "yes" };
const INCR = "appendonly.aof.1.incr.aof";

/** Runs `check` with a folder whose append-only file is this text. */
async function withAof(text: string, check: (dir: string) => Promise<void>): Promise<void> {
  const dir = Deno.makeTempDirSync({ prefix: "miniredis_test_" });
  try {
    const folder = join(dir, "appendonlydir");
    Deno.mkdirSync(folder);
    Deno.writeFileSync(join(folder, INCR), latin1Bytes(text));
    Deno.writeTextFileSync(join(folder, "appendonly.aof.manifest"), `file ${INCR} seq 1 type i\n`);
    await check(dir);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}

async function checkProgress(client: RespClient, totalBytes: number): Promise<void> {
  const info = String(plain(await client.send("INFO", "persistence")));
  if (!info.includes("loading:1")) return; // it was too fast
  assertStringIncludes(info, `loading_total_bytes:${totalBytes}`);
  assertMatch(info, /loading_loaded_bytes:\d+/);
  const refused = await client.send("GET", "key:1");
  if (refused.type !== "error") return;
  assertEquals(refused.text, "LOADING Redis is loading the dataset in memory");
}

Deno.test("a large append-only file is loaded while clients are answered, and then written on", async () => {
  const line = "v".repeat(100);
  const text = Array.from({ length: 200_000 }, (_, i) => commands(["SET", `key:${i}`, line])).join(
    "",
  );
  await withAof(text, async (dir) => {
    await using server = await startMiniredis(APPEND_ONLY, { dir, withoutWaiting: true });
    await server.waitForLog(/Running mode=/);
    using client = await RespClient.connect({ port: server.port });
    // Whoever is not told of the load any more finds all there is.
    let pings = 0;
    for (let pong = false; !pong; pings++) {
      pong = (await client.send("PING")).type !== "error";
      if (pong) assertEquals(plain(await client.send("DBSIZE")), 200_000);
      if (pings === 0) await checkProgress(client, text.length);
    }
    await server.waitForLog(/Ready to accept connections/);
    assertEquals(plain(await client.send("APPEND", "key:1", "!")), 101);
    assertEquals(plain(await client.send("DEBUG", "LOADAOF")), "OK");
    assertEquals(plain(await client.send("STRLEN", "key:1")), 101);
    const { code } = await server.stop("SIGTERM");
    assertEquals(code, 0);
  });
});

Deno.test("a torn end is cut off, the server serves and goes on behind it", async () => {
  const torn = commands("SET a 1", "MULTI", "SET b 2");
  await withAof(torn, async (dir) => {
    await using server = await startMiniredis(APPEND_ONLY, { dir });
    using client = await RespClient.connect({ port: server.port });
    assertEquals(plain(await client.send("KEYS", "*")), ["a"]);
    assertEquals(plain(await client.send("SET", "c", "3")), "OK");
    await server.stop("SIGTERM");
    const read = (name: string) => Deno.readTextFileSync(join(dir, "appendonlydir", name));
    const kept = commands("SET a 1");
    assertEquals(read(INCR), kept + commands("SELECT 0", "SET c 3"));
    assertEquals(read(`${INCR}.removed-${kept.length}`), torn.slice(kept.length));
  });
});

Deno.test("a server that cannot load its append-only file says why and ends with status 1", async () => {
  const cases: [text: string, flags: Record<string, string>, reason: RegExp][] = [
    [commands("SET a 1") + "garbage", {}, /Bad file format .*byte offset 27/],
    [commands("SET a 1").slice(0, -1), { "aof-load-truncated": "no" }, /Unexpected end of file/],
  ];
  for (const [text, flags, reason] of cases) {
    await withAof(text, async (dir) => {
      await using server = await startMiniredis({ ...APPEND_ONLY, ...flags }, {
        dir,
        withoutWaiting: true,
      });
      const { code } = await server.ended;
      assertEquals(code, 1);
      assertMatch(server.log, reason);
      assertEquals(Deno.readTextFileSync(join(dir, "appendonlydir", INCR)), text);
    });
  }
});

/** The keys that a server finds in a folder, or the status with which it ends. */
async function keysOrStatus(server: ServerProcess): Promise<unknown> {
  try {
    await server.waitForLog(/Ready to accept connections/);
  } catch {
    return (await server.ended).code;
  }
  using client = await RespClient.connect({ port: server.port });
  return plain(await client.send("KEYS", "*"));
}

async function startOurs(dir: string): Promise<unknown> {
  await using server = await startMiniredis(APPEND_ONLY, { dir, withoutWaiting: true });
  return await keysOrStatus(server);
}

async function startTheirs(dir: string): Promise<unknown> {
  const command = redisServerPath!;
  const flags = APPEND_ONLY;
  await using server = await ServerProcess.start({ command, flags, dir, withoutWaiting: true });
  return await keysOrStatus(server);
}

testWithRedis("what redis-server takes over and refuses, we take over and refuse", async () => {
  const old = commands("SET old 1");
  for (const start of [startOurs, startTheirs]) {
    const dir = Deno.makeTempDirSync({ prefix: "miniredis_test_" });
    try {
      Deno.writeTextFileSync(join(dir, "appendonly.aof"), old);
      assertEquals(await start(dir), ["old"]);
      const names = [...Deno.readDirSync(join(dir, "appendonlydir"))].map(({ name }) => name)
        .filter((name) => !name.endsWith(".lock")).sort();
      assertEquals(names, ["appendonly.aof", INCR, "appendonly.aof.manifest"]);
      const manifest = join(dir, "appendonlydir", "appendonly.aof.manifest");
      assertEquals(
        // Offsets of replication stand there from 8.0 on.
        Deno.readTextFileSync(manifest).replace(/( (start|end)offset \d+)+$/m, ""),
        `file appendonly.aof seq 1 type b\nfile ${INCR} seq 1 type i\n`,
      );
      Deno.removeSync(join(dir, "appendonlydir", INCR));
      assertEquals(await start(dir), 1);
    } finally {
      Deno.removeSync(dir, { recursive: true });
    }
  }
});

Deno.test("servers whose files have other names may share a folder", async () => {
  const dir = Deno.makeTempDirSync({ prefix: "miniredis_test_" });
  try {
    await using one = await startMiniredis(APPEND_ONLY, { dir });
    await using two = await startMiniredis({ ...APPEND_ONLY, appendfilename: "two.aof" }, { dir });
    assertEquals([one.isRunning, two.isRunning], [true, true]);
    await using three = await startMiniredis(APPEND_ONLY, { dir, withoutWaiting: true });
    assertEquals((await three.ended).code, 1);
    assertMatch(three.log, /another server does/);
    await Promise.all([one.stop(), two.stop()]);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});
