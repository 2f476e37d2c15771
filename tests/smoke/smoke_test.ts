/**
 * The program from outside, as a stranger meets it: on a dump that redis-server wrote, asked over a
 * socket, stopped by a signal. MINIREDIS_EXECUTABLE names the executable; without it, from source.
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { programCommand, projectDir, startMiniredis } from "../support/miniredis_server.ts";
import { startRedis, testWithRedis } from "../support/redis_server.ts";
import { plain, type Reply } from "../support/reply.ts";
import { RespClient } from "../support/resp_client.ts";
import { freePort, type ServerProcess } from "../support/server_process.ts";

const KEYS = 500_000;
const COMPRESSIBLE = "miniredis ".repeat(400);

/** Fills a redis-server, saves, and returns what DEBUG DIGEST says of it. The dump stays in `dir`. */
async function writeDump(dir: string): Promise<string> {
  const redis = await startRedis({ "enable-debug-command": "yes", dbfilename: "smoke.rdb" }, dir);
  try {
    using client = await RespClient.connect({ port: redis.port, timeoutMs: 60_000 });
    const replies = await client.pipeline([
      ["DEBUG", "POPULATE", KEYS, "key", 48],
      ["MSET", "int8", 7, "int16", -3000, "int32", 2000000000, "int64", "9223372036854775807"],
      ["SET", "compressible", COMPRESSIBLE],
      ["SET", "binary \x00\xff\r\n", "\x80\x81\x00"],
      ["SET", "empty", ""],
      ["SET", "expiring", "later", "PX", 3_600_000],
      ["SET", "expired", "never seen", "PX", 1],
      ["SELECT", 3],
      ["MSET", "in db 3", "three", "int64", "-9223372036854775808"],
      ["EXPIRE", "int64", 7200],
      ["SELECT", 15],
      ["SET", "last", "fifteen"],
      ["SAVE"],
      ["SELECT", 0],
      ["EXISTS", "expired"],
      ["DEBUG", "DIGEST"],
    ]);
    for (const reply of replies) assert(reply.type !== "error", String(plain(reply)));
    return plain(replies.at(-1)!) as string;
  } finally {
    await redis.stop();
  }
}

/** Asks until something else than -LOADING comes; returns how often it came. */
async function askWhileLoading(server: ServerProcess): Promise<number> {
  const deadline = performance.now() + 60_000;
  let loading = 0;
  while (true) {
    assert(server.isRunning, `the server ended while loading. Its log:\n${server.log}`);
    assert(performance.now() < deadline, `still loading after a minute. The log:\n${server.log}`);
    try {
      using client = await RespClient.connect({ port: server.port });
      while (true) {
        const reply: Reply = await client.send("GET", "int8");
        if (reply.type !== "error") {
          assertEquals(plain(reply), "7");
          return loading;
        }
        assertEquals(reply.text, "LOADING Redis is loading the dataset in memory");
        loading++;
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

testWithRedis(
  "a dump of redis-server is served whole, and SIGTERM ends with status 0",
  async () => {
    const dir = await Deno.makeTempDir({ prefix: "miniredis_smoke_" });
    const digest = await writeDump(dir);
    const server = await startMiniredis(
      { dbfilename: "smoke.rdb", "enable-debug-command": "yes" },
      { dir, withoutWaiting: true },
    );
    try {
      const loading = await askWhileLoading(server);
      assert(loading > 0, "no client saw -LOADING");
      await server.waitForLog(/Ready to accept connections/);
      using client = await RespClient.connect({ port: server.port, timeoutMs: 60_000 });
      const replies = await client.pipeline([
        ["DBSIZE"],
        ["MGET", "int8", "int16", "int32", "int64", "empty", "expired", "key:499999"],
        ["GET", "compressible"],
        ["GET", "binary \x00\xff\r\n"],
        ["OBJECT", "ENCODING", "int32"],
        ["PTTL", "expiring"],
        ["SELECT", 3],
        ["MGET", "in db 3", "int64"],
        ["TTL", "int64"],
        ["SELECT", 15],
        ["GET", "last"],
        ["DEBUG", "DIGEST"],
      ]);
      const answers = replies.map(plain);
      const expiresInMs = answers[5] as number;
      assert(expiresInMs > 3_500_000 && expiresInMs <= 3_600_000, `PTTL ${expiresInMs}`);
      const expiresInSeconds = answers[8] as number;
      assert(expiresInSeconds > 7100 && expiresInSeconds <= 7200, `TTL ${expiresInSeconds}`);
      assertEquals(answers.toSpliced(8, 1).toSpliced(5, 1), [
        KEYS + 8,
        [
          "7",
          "-3000",
          "2000000000",
          "9223372036854775807",
          "",
          null,
          "value:499999".padEnd(48, "\0"),
        ],
        COMPRESSIBLE,
        "\x80\x81\x00",
        "int",
        "OK",
        ["three", "-9223372036854775808"],
        "OK",
        "fifteen",
        digest,
      ]);
    } finally {
      const status = await server.stop("SIGTERM");
      await Deno.remove(dir, { recursive: true });
      assertEquals([status.code, status.signal], [0, null], server.log);
    }
  },
);

Deno.test("a server without a dump starts empty, serves, and SIGINT ends with status 0", async () => {
  const server = await startMiniredis();
  try {
    using client = await RespClient.connect({ port: server.port });
    const replies = await client.pipeline([["DBSIZE"], ["SET", "k", "v"], ["GET", "k"]]);
    assertEquals(replies.map(plain), [0, "OK", "v"]);
  } finally {
    const status = await server.stop("SIGINT");
    assertEquals([status.code, status.signal], [0, null], server.log);
  }
});

Deno.test("BGSAVE of much data is written by a worker, which the executable has with it", async () => {
  const server = await startMiniredis({ "enable-debug-command": "yes" });
  try {
    using client = await RespClient.connect({ port: server.port, timeoutMs: 60_000 });
    const info = async (section: string, name: string) => {
      const text = plain(await client.send("INFO", section)) as string;
      return text.match(new RegExp(`^${name}:(.*?)\\r?$`, "m"))?.[1];
    };
    const filled = await client.pipeline([
      ["DEBUG", "POPULATE", 500_000, "key", 250],
      ["BGSAVE"],
    ]);
    for (const reply of filled) assert(reply.type !== "error", String(plain(reply)));
    assert(Number(await info("memory", "used_memory")) > 110e6, "too little for a worker");
    const deadline = performance.now() + 60_000;
    while (await info("persistence", "rdb_bgsave_in_progress") === "1") {
      assert(performance.now() < deadline, `still saving. The log:\n${server.log}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assertEquals(await info("persistence", "rdb_last_bgsave_status"), "ok", server.log);
    assert(!server.log.includes("without a worker"), server.log);
    // What is shared with the worker counts.
    assert(Number(await info("persistence", "rdb_last_cow_size")) >= 2 << 20);
    await client.send("DEBUG", "RELOAD", "NOSAVE");
    const found = await client.pipeline([["DBSIZE"], ["GET", "key:499999"]]);
    assertEquals(found.map(plain), [500_000, "value:499999".padEnd(250, "\0")]);
  } finally {
    await server.stop("SIGKILL");
  }
});

Deno.test("--version and --help answer and end with status 0", async () => {
  assertMatch((await run("--version")).output, /v=\d+\.\d+\.\d+|\d+\.\d+\.\d+/);
  const help = await run("--help");
  assertEquals(help.code, 0);
  assertStringIncludes(help.output, "--dir");
});

Deno.test("a flag nobody knows and a damaged dump end with status 1 and name the cause", async () => {
  const flag = await run("--bogus-flag", "1");
  assertEquals(flag.code, 1);
  assertStringIncludes(flag.output, "bogus-flag");

  const dir = await Deno.makeTempDir({ prefix: "miniredis_smoke_" });
  try {
    await Deno.writeTextFile(`${dir}/cut.rdb`, "REDIS0011\xfa");
    const port = String(freePort());
    const dump = await run("--port", port, "--dir", dir, "--dbfilename", "cut.rdb");
    assertEquals(dump.code, 1);
    assertStringIncludes(dump.output, "cut.rdb");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

async function run(...flags: string[]): Promise<{ code: number; output: string }> {
  const { command, args } = programCommand();
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: [...args, ...flags],
    cwd: projectDir,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stdout) + decoder.decode(stderr) };
}
