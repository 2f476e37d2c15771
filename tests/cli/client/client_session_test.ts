import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { latin1, latin1Bytes } from "../../../src/base/bytes.ts";
import { startRedis, testWithRedis, withRedis } from "../../support/redis_server.ts";
import { clientCommand, LiveProcess, runOwnClient } from "./client_process.ts";

testWithRedis("SUBSCRIBE prints messages as they come, in RESP2 and in RESP3", async () => {
  await withRedis(async (client, server) => {
    for (const protocol of ["-2", "-3"]) {
      const args = [...clientCommand, "-p", `${server.port}`, "--no-raw", protocol];
      await using live = new LiveProcess([...args, "subscribe", "news", "other"]);
      await live.waitFor("3) (integer) 2\n");
      await client.send("PUBLISH", "news", "hello\r\n");
      await live.waitFor('1) "message"\n2) "news"\n3) "hello\\r\\n"\n');
      assert(live.text.startsWith('Reading messages... (press Ctrl-C to quit)\n1) "subscribe"\n'));
    }
  });
});

testWithRedis("MONITOR prints commands as they come", async () => {
  await withRedis(async (client, server) => {
    await using live = new LiveProcess([...clientCommand, "-p", `${server.port}`, "monitor"]);
    await live.waitFor("OK\n");
    await client.send("SET", "watched", "1");
    await live.waitFor('"SET" "watched" "1"\n');
  });
});

testWithRedis("--pipe carries a million replies and a few errors and counts both", async () => {
  await withRedis(async (client, server) => {
    const part = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2\r\n\r\n\r\n".repeat(10_000) +
      "LPUSH k x\r\nINCR n\r\n";
    const outcome = await runOwnClient(["-p", `${server.port}`, "--pipe"], {
      input: part.repeat(100),
    });
    assertEquals(
      outcome.stdout,
      "All data transferred. Waiting for the last reply...\n" +
        "Last reply received from server.\nerrors: 100, replies: 1000200\n",
    );
    assertEquals(outcome.stderr.match(/^WRONGTYPE /gm)?.length, 100);
    assertEquals(outcome.status, 1);
    assertEquals(await client.send("GET", "n"), { type: "bulk", text: "100" });
  });
});

testWithRedis("--pipe gives up when the last reply does not come", async () => {
  await withRedis(async (_client, server) => {
    const outcome = await runOwnClient(
      ["-p", `${server.port}`, "--pipe", "--pipe-timeout", "0.3"],
      { input: "BLPOP nothing 0\r\n" },
    );
    assertEquals(outcome.status, 1);
    assertEquals(outcome.stderr, "No replies for 0.3 seconds: exiting.\n");
    assertMatch(outcome.stdout, /errors: 1, replies: 0\n$/);
  });
});

Deno.test("--pipe takes no more input than a server that does not read lets it send", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using live = new LiveProcess([...clientCommand, "-p", `${listener.addr.port}`, "--pipe"]);
  using _link = await listener.accept();
  const megabyte = "PING\r\n".repeat(170_000);
  let taken = 0;
  for (let isStuck = false; !isStuck && taken < 64; taken++) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const sending = live.send(megabyte).then(() => false, () => true);
    const giveUp = new Promise<boolean>((resolve) => timer = setTimeout(resolve, 1000, true));
    isStuck = await Promise.race([sending, giveUp]);
    clearTimeout(timer);
  }
  assert(taken < 32, `${taken} MB were taken for a server that reads nothing`);
});

Deno.test("a reply that is not RESP ends the client with a clear error", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    using link = await listener.accept();
    await link.read(new Uint8Array(1000));
    await link.write(latin1Bytes("HTTP/1.1 400 Bad Request\r\n\r\n"));
  })();
  const outcome = await runOwnClient(["-p", `${listener.addr.port}`, "get", "k"]);
  await serving;
  assertEquals(outcome, { status: 1, stdout: "", stderr: "Error: 'H' does not begin a reply\n" });
});

testWithRedis("--scan lists every key, by pattern and by type", async () => {
  await withRedis(async (client, server) => {
    for (let i = 0; i < 1000; i++) await client.send("SET", `key:${i}`, "x");
    await client.send("SADD", "key:set", "x");
    const port = ["-p", `${server.port}`, "--scan"];
    const all = await runOwnClient(port);
    assertEquals(new Set(all.stdout.trim().split("\n")).size, 1001);
    const some = await runOwnClient([...port, "--pattern", "key:99*", "--count", "500"]);
    assertEquals(some.stdout.trim().split("\n").length, 11);
    assertEquals((await runOwnClient([...port, "--type", "set"])).stdout, "key:set\n");
    const refused = await runOwnClient([...port, "--count", "x"]);
    assertEquals([refused.status, refused.stderr], [
      1,
      "SCAN error: ERR value is not an integer or out of range\n",
    ]);
  });
});

testWithRedis("--stat prints a line at each interval", async () => {
  await withRedis(async (client, server) => {
    await client.send("SET", "k", "v");
    const args = ["-p", `${server.port}`, "--stat", "-i", "0.1"];
    await using live = new LiveProcess([...clientCommand, ...args]);
    const heading = await live.waitFor("connections          \n");
    const first = await live.waitFor("\n", heading);
    await live.waitFor("\n", first);
    assertMatch(live.text.slice(heading, first), /^1 {10}\d+\.\d\d[KM] +2 +0 +\d+ \(\+0\) +2 +\n$/);
    assertStringIncludes(live.text.slice(first), " (+");
  });
});

testWithRedis("a reader that closes early ends the client quietly", async () => {
  await withRedis(async (client, server) => {
    await client.send("SET", "big", "x".repeat(5_000_000));
    const [program, ...args] = clientCommand;
    const child = new Deno.Command(program, {
      args: [...args, "-p", `${server.port}`, "-r", "-1", "get", "big"],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    await reader.cancel();
    const errors = await new Response(child.stderr).bytes();
    assertEquals([latin1(errors), (await child.status).code], ["", 0]);
  });
});

testWithRedis(
  "a database that cannot be selected stops a command from running elsewhere",
  async () => {
    await withRedis(async (client, server) => {
      await client.send("SET", "k", "v");
      const outcome = await runOwnClient(["-p", `${server.port}`, "-n", "99", "flushdb"]);
      assertEquals([outcome.status, outcome.stdout], [1, ""]);
      assertEquals(outcome.stderr, "SELECT 99 failed: ERR DB index is out of range\n");
      assertEquals(await client.send("EXISTS", "k"), { type: "integer", value: 1n });
    });
  },
);

testWithRedis(
  "a password comes from -a, the environment or a URI; a unix socket from -s",
  async () => {
    const dir = await Deno.makeTempDir();
    try {
      const unixsocket = `${dir}/redis.sock`;
      await using server = await startRedis({ requirepass: "p w", unixsocket });
      const port = ["-p", `${server.port}`];
      const pong = { status: 0, stdout: "PONG\n", stderr: "" };
      assertEquals(await runOwnClient([...port, "ping"], { env: { REDISCLI_AUTH: "p w" } }), pong);
      const uri = `redis://default:p%20w@127.0.0.1:${server.port}`;
      assertEquals(await runOwnClient(["--no-auth-warning", "-u", uri, "ping"]), pong);
      const warned = await runOwnClient(["-s", unixsocket, "-a", "p w", "-3", "ping"]);
      assertEquals([warned.status, warned.stdout], [0, "PONG\n"]);
      assertStringIncludes(warned.stderr, "REDISCLI_AUTH");
      const refused = await runOwnClient([...port, "ping"]);
      assertEquals(refused.stdout, "NOAUTH Authentication required.\n\n");
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
);

testWithRedis(
  "after the server came back the next line connects again, in the same database",
  async () => {
    const first = await startRedis();
    const args = [...clientCommand, "-p", `${first.port}`];
    await using live = new LiveProcess(args);
    await live.send("select 3\nping\n");
    let at = await live.waitFor("PONG\n");
    await first.stop();
    await live.send("ping\nping\n");
    at = await live.waitFor("Could not connect to Redis at 127.0.0.1", at);
    await using _second = await startRedis({ port: first.port });
    await live.send("client list\nquit\n");
    await live.waitFor(" db=3 ", at);
    assertEquals(await live.end(), 0);
  },
);

testWithRedis(
  "RESP3 attributes and replies to UNSUBSCRIBE do not confuse what follows",
  async () => {
    await withRedis(async (_client, server) => {
      const input = "debug protocol attrib\nunsubscribe a b\nping\n";
      const outcome = await runOwnClient(["-p", `${server.port}`, "-3", "--csv"], { input });
      assertEquals(
        outcome.stdout,
        '"Some real reply following the attribute"\n"unsubscribe","a",0\n"unsubscribe","b",0\n"PONG"\n',
      );
    }, { "enable-debug-command": "yes" });
  },
);

Deno.test("--help, --version and what cannot be run have their exit status", async () => {
  const help = await runOwnClient(["--help"]);
  assertEquals(help.status, 0);
  for (const option of ["-p PORT", "--pipe", "--scan", "MINIREDIS_HISTFILE"]) {
    assertStringIncludes(help.stdout, option);
  }
  assertMatch((await runOwnClient(["--version"])).stdout, /^miniredis cli \d+\.\d+\.\d+\n$/);
  const missing = await runOwnClient(["-X", "tag", "set", "k", "v"]);
  assertEquals([missing.status, missing.stderr], [1, "Option -X: no argument is 'tag'.\n"]);
});
