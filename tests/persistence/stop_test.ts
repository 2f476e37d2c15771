// The real program: what it saves when it is stopped, and what it does when it cannot.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { programCommand, projectDir, startMiniredis } from "../support/miniredis_server.ts";
import { RespClient } from "../support/resp_client.ts";
import { type Flags, ServerProcess } from "../support/server_process.ts";

async function withDir(check: (dir: string) => Promise<void>): Promise<void> {
  const dir = Deno.makeTempDirSync({ prefix: "miniredis_test_" });
  try {
    await check(dir);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}

/** Starts a server, stores a key and stops it; answers whether the next server has the key. */
async function survives(
  flags: Flags,
  stop: (server: ServerProcess, client: RespClient) => Promise<void>,
): Promise<boolean> {
  let found = false;
  await withDir(async (dir) => {
    {
      await using server = await startMiniredis(flags, { dir });
      using client = await RespClient.connect({ port: server.port });
      await client.send("SET", "k", "v");
      await stop(server, client);
      const { code } = await server.ended;
      assertEquals(code, 0, server.log);
    }
    const names = [...Deno.readDirSync(dir)].map(({ name }) => name);
    assert(names.every((name) => name === "dump.rdb"), `left behind: ${names}`);
    await using server = await startMiniredis({}, { dir });
    using client = await RespClient.connect({ port: server.port });
    const reply = await client.send("GET", "k");
    found = reply.type === "bulk";
  });
  return found;
}

const POINTS = { save: ["3600", "1"] };
const bySignal = async (server: ServerProcess) => void await server.stop("SIGTERM");
const byCommand = (...words: string[]) => async (_server: ServerProcess, client: RespClient) => {
  await client.write(`SHUTDOWN ${words.join(" ")}\r\n`);
  assertEquals((await client.readToEnd()).length, 0, "no reply");
};

Deno.test({
  name: "SIGTERM saves where save points are configured, and as shutdown-on-sigterm says",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    assertEquals(await survives(POINTS, bySignal), true);
    assertEquals(await survives({ save: "" }, bySignal), false);
    assertEquals(await survives({ save: "", "shutdown-on-sigterm": "save" }, bySignal), true);
    assertEquals(await survives({ ...POINTS, "shutdown-on-sigterm": "nosave" }, bySignal), false);
  },
});

Deno.test("SHUTDOWN saves where save points are configured; SAVE and NOSAVE decide otherwise", async () => {
  assertEquals(await survives(POINTS, byCommand()), true);
  assertEquals(await survives({ save: "" }, byCommand()), false);
  assertEquals(await survives({ save: "" }, byCommand("SAVE")), true);
  assertEquals(await survives(POINTS, byCommand("NOSAVE")), false);
});

Deno.test("a server that cannot save does not stop, unless it is forced to", async () => {
  await withDir(async (dir) => {
    Deno.mkdirSync(join(dir, "dump.rdb.d"));
    await using server = await startMiniredis({ ...POINTS, dbfilename: "other.rdb" }, { dir });
    using client = await RespClient.connect({ port: server.port });
    await client.send("SET", "k", "v");
    Deno.mkdirSync(join(dir, "other.rdb"));
    assertEquals(await client.send("SAVE"), { type: "error", text: "ERR" });
    assertEquals(await client.send("SHUTDOWN"), {
      type: "error",
      text: "ERR Errors trying to SHUTDOWN. Check logs.",
    });
    assertStringIncludes(server.log, "cannot rename it to other.rdb");
    assertEquals(await client.send("GET", "k"), { type: "bulk", text: "v" });
    // Once the cause is gone everything is as it should be.
    Deno.removeSync(join(dir, "other.rdb"));
    assertEquals(await client.send("SAVE"), { type: "simple", text: "OK" });
    Deno.removeSync(join(dir, "other.rdb"));
    Deno.mkdirSync(join(dir, "other.rdb"));
    await client.write("SHUTDOWN FORCE\r\n");
    assertEquals((await server.ended).code, 0);
    assertEquals([...Deno.readDirSync(dir)].map(({ name }) => name).sort(), [
      "dump.rdb.d",
      "other.rdb",
    ]);
  });
});

Deno.test({
  name: "a file that may not grow so large is not saved, and the old one stays",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await withDir(async (dir) => {
      const { command, args } = programCommand();
      // Blocks of 512 or 1024 bytes; the log goes through a pipe, so that only files count.
      const limited = 'trap "" XFSZ; ulimit -f 200; exec "$0" "$@"';
      await using server = await ServerProcess.start({
        command: "sh",
        args: ["-c", limited, command, ...args],
        cwd: projectDir,
        dir,
        flags: { rdbcompression: "no", save: "" },
      });
      using client = await RespClient.connect({ port: server.port });
      await client.send("SET", "small", "v");
      assertEquals(await client.send("SAVE"), { type: "simple", text: "OK" });
      const before = Deno.readFileSync(join(dir, "dump.rdb"));
      await client.send("SET", "large", "x".repeat(1 << 20));
      assertEquals(await client.send("SAVE"), { type: "error", text: "ERR" });
      assertStringIncludes(server.log, "cannot write");
      assertEquals(Deno.readFileSync(join(dir, "dump.rdb")), before);
      assertEquals([...Deno.readDirSync(dir)].map(({ name }) => name), ["dump.rdb"]);
      await client.send("DEL", "large");
      assertEquals(await client.send("SAVE"), { type: "simple", text: "OK" });
    });
  },
});

Deno.test({
  name: "a folder without write permission is told, and nothing is lost",
  ignore: Deno.build.os === "windows" || Deno.uid() === 0,
  fn: async () => {
    await withDir(async (dir) => {
      await using server = await startMiniredis({}, { dir });
      using client = await RespClient.connect({ port: server.port });
      await client.send("SET", "k", "v");
      assertEquals(await client.send("SAVE"), { type: "simple", text: "OK" });
      const before = Deno.readFileSync(join(dir, "dump.rdb"));
      Deno.chmodSync(dir, 0o555);
      try {
        assertEquals(await client.send("SAVE"), { type: "error", text: "ERR" });
        assertStringIncludes(server.log, "cannot create");
      } finally {
        Deno.chmodSync(dir, 0o755);
      }
      assertEquals(Deno.readFileSync(join(dir, "dump.rdb")), before);
    });
  },
});
