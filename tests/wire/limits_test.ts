import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { LiveServer } from "../support/live_server.ts";
import { plain } from "../support/reply.ts";
import { encodeCommand, RespClient } from "../support/resp_client.ts";
import { textOf } from "./beside_redis.ts";

/** Waits until the server has closed the client's connection. */
async function closed(client: RespClient): Promise<boolean> {
  try {
    await client.readToEnd();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionReset) return true;
    throw error;
  }
}

function pipelineOf(count: number, ...words: (string | number)[]): Uint8Array {
  return concat(Array.from({ length: count }, () => encodeCommand(words)));
}

Deno.test("no more is run for a client that does not read, and its replies take bounded memory", async () => {
  await using server = LiveServer.start();
  using reader = await server.connect();
  await reader.send("SETRANGE", "big", 999_999, "x");
  using lazy = await server.connect({ timeoutMs: 30_000 });
  const writing = lazy.write(pipelineOf(40, "GET", "big"));
  const session = () => server.engine.sessions.all()[1];
  await server.until(() => session().transport.outputBytes > 1 << 20, "output piles up");
  await new Promise((resolve) => setTimeout(resolve, 100));
  const { outputBytes, memoryBytes } = session().transport;
  assertEquals(outputBytes < 5 << 20, true, `${outputBytes} bytes wait`);
  assertEquals(memoryBytes < 12 << 20, true, `${memoryBytes} bytes of memory`);
  const ran = session().totalCommands;
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals(session().totalCommands, ran);
  // It starts to read after all, and gets everything.
  for (let i = 0; i < 40; i++) {
    const reply = await lazy.reply();
    assertEquals(reply.type === "bulk" && reply.text.length, 1_000_000);
  }
  await writing;
  assertEquals(session().totalCommands, 40);
});

Deno.test("output beyond the hard limit closes the client without a reply", async () => {
  await using server = LiveServer.start({ "client-output-buffer-limit": "normal 100000 0 0" });
  using client = await server.connect();
  await client.send("SETRANGE", "big", 199_999, "x");
  await client.write(encodeCommand(["GET", "big"]));
  assertEquals(textOf(await client.readToEnd()), "");
  assertEquals(server.engine.stats.outputBufferLimitDisconnections, 1);
  assertEquals(server.log.filter((line) => line.includes("output buffer limits")).length, 1);
});

Deno.test("output beyond the soft limit closes the client when it lasts", async () => {
  await using server = LiveServer.start({ "client-output-buffer-limit": "normal 0 100000 1" });
  using client = await server.connect();
  await client.send("SETRANGE", "big", 999_999, "x");
  using quick = await server.connect();
  for (let i = 0; i < 5; i++) assertEquals((await quick.send("GET", "big")).type, "bulk");
  using lazy = await server.connect();
  const writing = lazy.write(pipelineOf(60, "GET", "big")).catch(() => {});
  await server.until(() => server.engine.sessions.count === 2, "the lazy one is closed");
  assertEquals(server.engine.stats.outputBufferLimitDisconnections, 1);
  assertEquals((await quick.send("PING")).type, "simple");
  await writing;
});

Deno.test("a request beyond client-query-buffer-limit closes the client", async () => {
  await using server = LiveServer.start({ "client-query-buffer-limit": "1mb" });
  using client = await server.connect();
  const writing = client.write(`*2\r\n$4\r\nECHO\r\n$2000000\r\n${"x".repeat(1_500_000)}`);
  await writing.catch(() => {});
  assertEquals(await closed(client), true);
  assertEquals(server.engine.stats.queryBufferLimitDisconnections, 1);
  assertEquals(server.engine.sessions.count, 0);
  assertEquals(server.log.filter((line) => line.includes("max query buffer length")).length, 1);
});

Deno.test("CONFIG SET proto-max-bulk-len holds for connections that are open", async () => {
  await using server = LiveServer.start();
  using client = await server.connect();
  await client.send("CONFIG", "SET", "proto-max-bulk-len", "1048576");
  await client.write("*2\r\n$4\r\nECHO\r\n$1048577\r\n");
  assertEquals(
    textOf(await client.readToEnd()),
    "-ERR Protocol error: invalid bulk length\r\n",
  );
});

Deno.test("maxclients turns clients away, and CONFIG SET changes how many", async () => {
  await using server = LiveServer.start({ maxclients: "2" });
  using first = await server.connect();
  using second = await server.connect();
  assertEquals((await first.send("PING")).type, (await second.send("PING")).type);
  using third = await server.connect();
  assertEquals(textOf(await third.readToEnd()), "-ERR max number of clients reached\r\n");
  assertEquals(server.engine.stats.rejectedConnections, 1);
  assertEquals((await first.send("CONFIG", "SET", "maxclients", "3")).type, "simple");
  using fourth = await server.connect();
  assertEquals((await fourth.send("PING")).type, "simple");
  second.close();
  await server.until(() => server.engine.sessions.count === 2, "a place is free");
  using fifth = await server.connect();
  assertEquals((await fifth.send("PING")).type, "simple");
});

Deno.test("timeout closes idle clients, but not those that wait", async () => {
  await using server = LiveServer.start({ hz: "100" });
  using busy = await server.connect();
  using idle = await server.connect();
  using waiting = await server.connect();
  await idle.send("PING");
  await busy.send("CLIENT", "PAUSE", 100_000, "WRITE");
  await waiting.write(encodeCommand(["SET", "k", "v"]));
  await busy.send("CONFIG", "SET", "timeout", "1");
  const started = performance.now();
  while (server.engine.sessions.count === 3 && performance.now() - started < 5000) {
    await busy.send("PING");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assertEquals(await closed(idle), true);
  await busy.send("CONFIG", "SET", "timeout", "0");
  await busy.send("CLIENT", "UNPAUSE");
  assertEquals(plain(await waiting.reply()), "OK");
});
