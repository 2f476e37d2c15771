import { assertEquals } from "@std/assert";
import { LiveServer } from "../support/live_server.ts";
import { plain } from "../support/reply.ts";
import type { RespClient } from "../support/resp_client.ts";

async function replies(client: RespClient, count: number): Promise<unknown[]> {
  const found: unknown[] = [];
  for (let i = 0; i < count; i++) found.push(plain(await client.reply()));
  return found;
}

Deno.test("a paused write holds back all that its client sent after it, in order", async () => {
  await using server = LiveServer.start();
  using admin = await server.connect();
  using client = await server.connect();
  await client.send("SET", "k", "0");
  await admin.send("CLIENT", "PAUSE", 100_000, "WRITE");
  await client.write("GET k\r\nINCR k\r\nGET k\r\nINCR k\r\n");
  assertEquals(await replies(client, 1), ["0"]);
  assertEquals(await client.silentFor(50), true);
  await client.write("GET k\r\n"); // after the pipeline was parked
  assertEquals(await client.silentFor(20), true);
  assertEquals(plain(await admin.send("GET", "k")), "0");
  await admin.send("CLIENT", "UNPAUSE");
  assertEquals(await replies(client, 4), [1, "1", 2, "2"]);
});

Deno.test("clients that a pause held go on in the order in which they came", async () => {
  await using server = LiveServer.start();
  using admin = await server.connect();
  await admin.send("CLIENT", "PAUSE", 100_000, "WRITE");
  const clients: RespClient[] = [];
  for (let i = 0; i < 5; i++) {
    const client = await server.connect();
    clients.push(client);
    await client.write(`APPEND k ${i}\r\nAPPEND k ${i}\r\n`);
    const parked = () => server.engine.sessions.all().filter((s) => s.parked).length;
    await server.until(() => parked() === i + 1, "parked");
  }
  await admin.send("CLIENT", "UNPAUSE");
  for (const client of clients) await replies(client, 2);
  assertEquals(plain(await admin.send("GET", "k")), "0011223344");
  for (const client of clients) client.close();
});

Deno.test("a pause of everything ends by itself, and holds even PING", async () => {
  await using server = LiveServer.start();
  using admin = await server.connect();
  using client = await server.connect();
  const started = performance.now();
  await admin.send("CLIENT", "PAUSE", 150);
  assertEquals(plain(await client.send("PING")), "PONG");
  assertEquals(performance.now() - started >= 140, true);
});

Deno.test("a new pause while held requests are let go holds them again", async () => {
  await using server = LiveServer.start();
  using admin = await server.connect();
  using client = await server.connect();
  await admin.send("CLIENT", "PAUSE", 100_000, "WRITE");
  await client.write("INCR k\r\nINCR k\r\n");
  await server.until(() => server.engine.sessions.all()[1].parked !== undefined, "parked");
  await admin.write("CLIENT UNPAUSE\r\nCLIENT PAUSE 100000 WRITE\r\n");
  assertEquals(await replies(admin, 2), ["OK", "OK"]);
  assertEquals(await client.silentFor(50), true);
  await admin.send("CLIENT", "UNPAUSE");
  assertEquals(await replies(client, 2), [1, 2]);
});

Deno.test("what a paused client sends beyond a megabyte waits outside, and is run in order", async () => {
  await using server = LiveServer.start();
  using admin = await server.connect();
  using client = await server.connect({ timeoutMs: 30_000 });
  await admin.send("CLIENT", "PAUSE", 100_000, "WRITE");
  const value = "v".repeat(10_000);
  const writing = (async () => {
    for (let i = 0; i < 1000; i++) {
      await client.write(`*3\r\n$6\r\nAPPEND\r\n$1\r\nk\r\n$10000\r\n${value}\r\n`);
    }
  })();
  const { transport } = server.engine.sessions.all()[1];
  await server.until(() => transport.inputBytes > 1 << 20, "input piles up");
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals(transport.inputBytes < 4 << 20, true, `${transport.inputBytes} bytes read`);
  await admin.send("CLIENT", "UNPAUSE");
  for (let i = 1; i <= 1000; i++) assertEquals(plain(await client.reply()), i * 10_000);
  await writing;
});

Deno.test("QUIT behind a held request closes the connection after both replies", async () => {
  await using server = LiveServer.start();
  using admin = await server.connect();
  using client = await server.connect();
  await admin.send("CLIENT", "PAUSE", 100_000, "WRITE");
  await client.write("INCR k\r\nQUIT\r\nINCR k\r\n");
  await server.until(() => server.engine.sessions.all()[1].parked !== undefined, "parked");
  await admin.send("CLIENT", "UNPAUSE");
  assertEquals(new TextDecoder().decode(await client.readToEnd()), ":1\r\n+OK\r\n");
  assertEquals(plain(await admin.send("GET", "k")), "1");
});
