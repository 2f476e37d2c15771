/** Hashes whose fields expire, from redis-server to this server and back as DUMP writes them. */

import { assertEquals } from "@std/assert";
import { isAmong, testWithRedis } from "../support/redis_server.ts";
import { plain, show } from "../support/reply.ts";
import type { RespClient } from "../support/resp_client.ts";
import { forEachSeed } from "../support/seeded.ts";
import { SEQUENCES } from "./command_tables.ts";
import { isKnownToDiffer } from "./known_differences.ts";
import { ServerPair } from "./pair.ts";
import { stepsFrom } from "./random_sequence.ts";

/** What can be seen of a key, as a text. */
async function view(client: RespClient, key: string): Promise<string> {
  const fields = plain(await client.send("HKEYS", key));
  const names = Array.isArray(fields) ? (fields as string[]).toSorted() : [];
  const replies = await client.pipeline([
    ["TYPE", key],
    ["DEBUG", "DIGEST-VALUE", key],
    ["PTTL", key],
    ["HPEXPIRETIME", key, "FIELDS", String(Math.max(1, names.length)), ...names],
  ]);
  return replies.map((reply) => show(reply)).join("\n");
}

async function copyAll(from: RespClient, to: RespClient): Promise<void> {
  for (const key of plain(await from.send("KEYS", "*")) as string[]) {
    await from.send("PERSIST", key);
    const payload = plain(await from.send("DUMP", key)) as string;
    assertEquals(show(await to.send("RESTORE", key, "0", payload, "REPLACE")), "+OK", key);
    assertEquals(await view(to, key), await view(from, key), key);
  }
}

testWithRedis("hashes with fields that expire are dumped and restored both ways", async () => {
  await using pair = await ServerPair.start();
  const rows = SEQUENCES.expiringFields.filter((row) => isAmong(pair.redisVersion, row));
  const drawStep = stepsFrom(rows);
  const { redis, ours } = await pair.connect();
  await forEachSeed(6, async (random) => {
    for (const [from, to] of [[redis, ours], [ours, redis]]) {
      await from.send("FLUSHALL");
      await to.send("FLUSHALL");
      const commands = Array.from({ length: 150 }, () => drawStep(random).words)
        .filter((words) => !/^move$/i.test(words[0]) && !isKnownToDiffer(pair.redisVersion, words));
      await from.pipeline(commands);
      await copyAll(from, to);
    }
  });
}, { since: "7.4" });
