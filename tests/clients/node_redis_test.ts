/** node-redis, the client most Node programs use. */

import { assertEquals, assertRejects } from "@std/assert";
import { createClient } from "redis";
import { LiveServer } from "../support/live_server.ts";

async function withClient(
  check: (client: ReturnType<typeof clientOf>, server: LiveServer) => Promise<void>,
  resp: 2 | 3 = 3,
): Promise<void> {
  await using server = LiveServer.start();
  const client = clientOf(server.port, resp);
  await client.connect();
  try {
    await check(client, server);
  } finally {
    client.destroy();
  }
}

function clientOf(port: number, resp: 2 | 3) {
  const client = createClient({
    url: `redis://127.0.0.1:${port}`,
    RESP: resp,
    name: "test",
    socket: { reconnectStrategy: 10 },
  });
  client.on("error", () => {}); // a lost connection is part of the test
  return client;
}

for (const resp of [2, 3] as const) {
  Deno.test(`node-redis connects and runs commands over RESP${resp}`, async () => {
    await withClient(async (client) => {
      assertEquals(await client.ping(), "PONG");
      assertEquals(await client.set("k", "v", { expiration: { type: "EX", value: 100 } }), "OK");
      assertEquals(await client.get("k"), "v");
      assertEquals(await client.ttl("k") > 90, true);
      assertEquals(await client.get("missing"), null);
      assertEquals(await client.incrBy("n", 41), 41);
      assertEquals(await client.incrByFloat("n", 0.5), "41.5");
      assertEquals(await client.mGet(["k", "missing", "n"]), ["v", null, "41.5"]);
      assertEquals(await client.del(["k", "n"]), 2);
      await assertRejects(() => client.sendCommand(["BOGUS"]), Error, "unknown command");
    }, resp);
  });
}

Deno.test("node-redis names its connection and its library", async () => {
  await withClient(async (client) => {
    const info = await client.clientInfo();
    assertEquals(info.name, "test");
    assertEquals(info.libName?.startsWith("node-redis"), true);
    assertEquals(await client.clientGetName(), "test");
  });
});

Deno.test("node-redis sends what is asked for at once as a pipeline, in order", async () => {
  await withClient(async (client) => {
    const numbers = await Promise.all(Array.from({ length: 500 }, () => client.incr("n")));
    assertEquals(numbers, Array.from({ length: 500 }, (_, i) => i + 1));
  });
});

Deno.test("node-redis runs transactions", async () => {
  await withClient(async (client) => {
    const replies = await client.multi().set("k", "1").incr("k").get("k").exec();
    assertEquals(replies.map(String), ["OK", "2", "2"]);
  });
});

Deno.test("node-redis scans all keys", async () => {
  await withClient(async (client) => {
    const keys = Array.from({ length: 300 }, (_, i) => `key:${i}`);
    await Promise.all(keys.map((key) => client.set(key, "v")));
    const found = new Set<string>();
    for await (const batch of client.scanIterator({ MATCH: "key:*", COUNT: 50 })) {
      for (const key of [batch].flat()) found.add(key);
    }
    assertEquals(found, new Set(keys));
  });
});

Deno.test("node-redis connects again after CLIENT KILL", async () => {
  await withClient(async (client, server) => {
    const id = await client.clientId();
    using admin = await server.connect();
    const again = new Promise((resolve) => client.once("ready", resolve));
    await admin.send("CLIENT", "KILL", "ID", id);
    await again;
    assertEquals(await client.set("k", "after"), "OK");
    assertEquals(await client.clientId() > id, true);
  });
});

Deno.test("node-redis authenticates while it connects", async () => {
  await using server = LiveServer.start({ requirepass: "secret" });
  const client = createClient({ url: `redis://default:secret@127.0.0.1:${server.port}` });
  await client.connect();
  assertEquals(await client.ping(), "PONG");
  client.destroy();
});
