/** `rdb-key-save-delay` and `key-load-delay`: saves and loads that last, for tests. */

import { assert, assertEquals } from "@std/assert";
import { KeyDelay } from "../../src/persistence/key_delay.ts";
import { startMiniredis } from "../support/miniredis_server.ts";
import { plain } from "../support/reply.ts";
import { RespClient } from "../support/resp_client.ts";
import { type ServerProcess } from "../support/server_process.ts";

const KEYS = 30;

Deno.test("microseconds become waits, below zero one for so many keys", () => {
  const directive = { value: 300 }, delay = new KeyDelay(directive);
  delay.count(5);
  assertEquals([delay.take(), delay.take()], [1, 0]);
  delay.count(60);
  assertEquals([delay.take(), delay.take(), delay.take()], [10, 8, 0]);
  directive.value = -10;
  delay.count(20_000);
  assertEquals([delay.take(), delay.take()], [2, 0]);
  delay.count(1e9);
  directive.value = 0;
  assertEquals([delay.isOn, delay.take()], [false, 0]);
});

async function filled(flags: Record<string, string> = {}, dir?: string) {
  const server = await startMiniredis(flags, { dir });
  const client = await RespClient.connect({ port: server.port });
  for (let i = 0; i < KEYS; i++) await client.send("SET", `key:${i}`, i);
  return { server, client };
}

async function isSaving(client: RespClient): Promise<boolean> {
  return /(in_progress|scheduled):1/.test(String(plain(await client.send("INFO", "persistence"))));
}

for (const command of ["SAVE", "BGSAVE", "BGREWRITEAOF"]) {
  Deno.test(`rdb-key-save-delay makes ${command} last`, async () => {
    const { server, client } = await filled();
    await client.send("CONFIG", "SET", "rdb-key-save-delay", 20_000);
    const beganMs = performance.now();
    await client.send(command);
    while (await isSaving(client)) await new Promise((resolve) => setTimeout(resolve, 5));
    const tookMs = performance.now() - beganMs;
    assert(tookMs > KEYS * 20 * 0.8, `${tookMs} ms`);
    client.close();
    await server.stop();
  });
}

Deno.test("a save that is delayed ends when it is given up, or when the delay is taken away", async () => {
  const { server, client } = await filled();
  await client.send("CONFIG", "SET", "rdb-key-save-delay", 10_000_000);
  await client.send("BGSAVE");
  assert(await isSaving(client));
  await client.send("CONFIG", "SET", "rdb-key-save-delay", 0);
  await server.waitForLog(/DB saved on disk/, 5000);
  await client.send("CONFIG", "SET", "rdb-key-save-delay", 10_000_000);
  await client.send("BGSAVE");
  const beganMs = performance.now();
  client.close();
  assertEquals((await server.stop("SIGTERM")).code, 0);
  assert(performance.now() - beganMs < 5000);
});

for (const appendonly of ["no", "yes"]) {
  Deno.test(`key-load-delay makes a load last, clients are answered: appendonly ${appendonly}`, async () => {
    const dir = Deno.makeTempDirSync({ prefix: "miniredis_test_" });
    try {
      const flags = { appendonly, save: "3600 1" };
      const { server, client } = await filled({ appendonly, "aof-use-rdb-preamble": "no" }, dir);
      if (appendonly === "no") await client.send("SAVE");
      client.close();
      await server.stop();
      const again = await startMiniredis({ ...flags, save: "", "key-load-delay": "30000" }, {
        dir,
        withoutWaiting: true,
      });
      await checkLoading(again);
      await again.stop();
    } finally {
      Deno.removeSync(dir, { recursive: true });
    }
  });
}

async function checkLoading(server: ServerProcess): Promise<void> {
  await server.waitForLog(/Running mode=/);
  const beganMs = performance.now();
  using client = await RespClient.connect({ port: server.port });
  const refused = plain(await client.send("GET", "key:1"));
  assert(refused instanceof Error && refused.message.startsWith("LOADING"), String(refused));
  await server.waitForLog(/Ready to accept/);
  const tookMs = performance.now() - beganMs;
  assert(tookMs > KEYS * 30 * 0.5, `${tookMs} ms`);
  assertEquals(plain(await client.send("DBSIZE")), KEYS);
}
