import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { LiveServer } from "../support/live_server.ts";
import { plain } from "../support/reply.ts";
import { encodeCommand } from "../support/resp_client.ts";
import { textOf } from "./beside_redis.ts";

Deno.test("a client that leaves is forgotten, wherever it stands", async () => {
  await using server = LiveServer.start();
  const inputs = ["", "PI", "*2\r\n$4\r\nECHO\r\n$100\r\nabc", "PING\r\n", "PING\r\nPING\r\n*1"];
  for (const input of inputs) {
    const client = await server.connect();
    await client.write(input);
    await new Promise((resolve) => setTimeout(resolve, 5));
    client.close();
    await server.until(() => server.engine.sessions.count === 0, JSON.stringify(input));
  }
});

Deno.test("a client that leaves while its request is held is noticed, and nothing runs for it", async () => {
  await using server = LiveServer.start();
  using admin = await server.connect();
  const client = await server.connect();
  await admin.send("CLIENT", "PAUSE", 100_000, "WRITE");
  await client.write("INCR k\r\nINCR k\r\n");
  await server.until(() => server.engine.sessions.all()[1].parked !== undefined, "parked");
  client.close();
  await server.until(() => server.engine.sessions.count === 1, "noticed");
  await admin.send("CLIENT", "UNPAUSE");
  assertEquals(plain(await admin.send("GET", "k")), null);
});

Deno.test("a client that ends its side of the connection still gets its replies", async () => {
  await using server = LiveServer.start();
  using client = await server.connect();
  await client.send("SETRANGE", "big", 4_999_999, "x");
  using half = await server.connect({ timeoutMs: 20_000 });
  await half.write(concat(Array.from({ length: 6 }, () => encodeCommand(["GET", "big"]))));
  await half.closeWrite();
  await new Promise((resolve) => setTimeout(resolve, 50));
  let bytes = 0;
  bytes += (await half.readToEnd()).length;
  assertEquals(bytes, 6 * (5_000_000 + "$5000000\r\n\r\n".length));
  await server.until(() => server.engine.sessions.count === 1, "it is gone");
});

Deno.test("a client that leaves with replies under way is noticed", async () => {
  await using server = LiveServer.start();
  using other = await server.connect();
  await other.send("SETRANGE", "big", 9_999_999, "x");
  for (let i = 0; i < 5; i++) {
    const client = await server.connect();
    await client.write(concat(Array.from({ length: 20 }, () => encodeCommand(["GET", "big"]))));
    await new Promise((resolve) => setTimeout(resolve, 10 * i));
    client.close();
  }
  await server.until(() => server.engine.sessions.count === 1, "all are gone");
  assertEquals((await other.send("PING")).type, "simple");
});

Deno.test("CLIENT KILL of another client closes it at once, whatever it does", async () => {
  await using server = LiveServer.start();
  using admin = await server.connect();
  using waiting = await server.connect();
  using partial = await server.connect();
  await partial.write("*2\r\n$4\r\nECHO\r\n$100\r\nabc");
  await admin.send("CLIENT", "PAUSE", 100_000, "WRITE");
  await waiting.write("INCR k\r\n");
  await server.until(() => server.engine.sessions.all()[1].parked !== undefined, "parked");
  const [killed, list] = await admin.pipeline([["CLIENT", "KILL", "TYPE", "normal"], [
    "CLIENT",
    "LIST",
  ]]);
  assertEquals(plain(killed), 2);
  assertEquals(String(plain(list)).trimEnd().split("\n").length, 1);
  assertEquals(textOf(await waiting.readToEnd()), "");
  assertEquals(textOf(await partial.readToEnd()), "");
  await admin.send("CLIENT", "UNPAUSE");
  assertEquals(plain(await admin.send("GET", "k")), null);
});

Deno.test("CLIENT KILL of oneself closes the connection after the reply", async () => {
  await using server = LiveServer.start();
  for (const kill of ["CLIENT KILL ID %id SKIPME no", "CLIENT KILL %addr"]) {
    using client = await server.connect();
    const id = plain(await client.send("CLIENT", "ID"));
    const info = String(plain(await client.send("CLIENT", "INFO")));
    const address = /addr=(\S+)/.exec(info)![1];
    await client.write(`${kill.replace("%id", String(id)).replace("%addr", address)}\r\nPING\r\n`);
    const answer = textOf(await client.readToEnd());
    assertEquals(answer, kill.includes("SKIPME") ? ":1\r\n" : "+OK\r\n");
  }
});

Deno.test("the server stops though clients are in the middle of everything", async () => {
  const server = LiveServer.start();
  using idle = await server.connect();
  using lazy = await server.connect();
  using held = await server.connect();
  await idle.send("SETRANGE", "big", 9_999_999, "x");
  await lazy.write(concat(Array.from({ length: 20 }, () => encodeCommand(["GET", "big"]))));
  await idle.send("CLIENT", "PAUSE", 100_000, "WRITE");
  await held.write("INCR k\r\n");
  const started = performance.now();
  await server[Symbol.asyncDispose]();
  assertEquals(performance.now() - started < 5000, true);
  assertEquals(server.engine.sessions.count, 0);
});
