/** ioredis, which speaks RESP2 and asks INFO whether the server is ready. */

import { assertEquals, assertRejects } from "@std/assert";
import { Redis } from "ioredis";
import { LiveServer } from "../support/live_server.ts";

async function withClient(
  check: (client: Redis, server: LiveServer) => Promise<void>,
  options: { password?: string } = {},
): Promise<void> {
  await using server = LiveServer.start(
    options.password ? { requirepass: options.password } : {},
  );
  const client = new Redis({
    port: server.port,
    host: "127.0.0.1",
    connectionName: "test",
    retryStrategy: () => 10,
    ...options,
  });
  client.on("error", () => {}); // a lost connection is part of the test
  try {
    await new Promise((resolve) => client.once("ready", resolve));
    await check(client, server);
  } finally {
    const ended = new Promise((resolve) => client.once("end", resolve));
    client.disconnect();
    await ended;
  }
}

Deno.test("ioredis connects and runs commands", async () => {
  await withClient(async (client) => {
    assertEquals(await client.ping(), "PONG");
    assertEquals(await client.set("k", "v", "PX", 100_000, "NX"), "OK");
    assertEquals(await client.set("k", "w", "NX"), null);
    assertEquals(await client.get("k"), "v");
    assertEquals(await client.getBuffer("k"), await client.getBuffer("k"));
    assertEquals(await client.mget("k", "missing"), ["v", null]);
    assertEquals(await client.exists("k", "k", "missing"), 2);
    assertEquals(await client.client("GETNAME"), "test");
    await assertRejects(() => client.call("BOGUS"), Error, "unknown command");
  });
});

Deno.test("ioredis keeps bytes as they are", async () => {
  await withClient(async (client) => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const { Buffer } = await import("node:buffer");
    await client.set("bytes", Buffer.from(bytes));
    assertEquals(new Uint8Array((await client.getBuffer("bytes"))!), bytes);
  });
});

Deno.test("ioredis runs pipelines and transactions", async () => {
  await withClient(async (client) => {
    const pipeline = client.pipeline();
    for (let i = 0; i < 1000; i++) pipeline.incr("n");
    pipeline.call("BOGUS");
    const replies = (await pipeline.exec())!;
    assertEquals(replies.slice(0, 1000).map(([, value]) => value), numbersTo(1000));
    assertEquals(replies[1000][0] instanceof Error, true);
    const results = await client.multi().set("k", "1").incr("k").exec();
    assertEquals(results, [[null, "OK"], [null, 2]]);
  });
});

Deno.test("ioredis scans all keys", async () => {
  await withClient(async (client) => {
    await client.mset(...numbersTo(300).flatMap((i) => [`key:${i}`, "v"]));
    const found = new Set<string>();
    for await (const batch of client.scanStream({ match: "key:*", count: 50 })) {
      for (const key of batch as string[]) found.add(key);
    }
    assertEquals(found.size, 300);
  });
});

Deno.test("ioredis connects again after CLIENT KILL and sends what was asked meanwhile", async () => {
  await withClient(async (client, server) => {
    const id = await client.client("ID") as number;
    using admin = await server.connect();
    await admin.send("CLIENT", "KILL", "ID", id);
    assertEquals(await client.set("k", "after"), "OK");
    assertEquals(await client.client("ID") as number > id, true);
  });
});

Deno.test("ioredis authenticates while it connects", async () => {
  await withClient(async (client) => assertEquals(await client.ping(), "PONG"), {
    password: "secret",
  });
});

function numbersTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}
