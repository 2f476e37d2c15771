/** Files and payloads of ours in a real redis-server, and its own in ours. */

import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { latin1Bytes } from "../../src/base/bytes.ts";
import { RedisServer } from "../rdb/redis_server.ts";
import { findProgram } from "../support/programs.ts";
import { redisServerPath, testWithRedis } from "../support/redis_server.ts";
import { forEachSeed, Seeded } from "../support/seeded.ts";
import { splitWords } from "../support/words.ts";
import { fillByChance, MORE, SMALL_LIMITS } from "./filling.ts";
import { Saving } from "./saving.ts";

const DEBUG = ["--enable-debug-command", "yes"];
/** Puts our dump in the place of its data and compares. */
async function compareWithRedis(saving: Saving, redis: RedisServer): Promise<void> {
  await Deno.copyFile(saving.path, join(redis.folder, "dump.rdb"));
  assertEquals(await redis.command("DEBUG", "RELOAD", "NOSAVE"), "OK");
  assertEquals(await redis.command("DEBUG", "DIGEST"), saving.digest());
}

for (const version of ["auto", "9"]) {
  testWithRedis(
    `redis-server loads what we save as version ${version}, and we what it saves`,
    async () => {
      const limits = Object.entries(SMALL_LIMITS).flatMap(([name, value]) => [`--${name}`, value]);
      await using redis = await RedisServer.start(...DEBUG, ...limits);
      await forEachSeed(3, async (random) => {
        using saving = new Saving({
          seed: random.next32(),
          config: { ...SMALL_LIMITS, "rdb-version": version },
          startMs: Date.now(),
        });
        fillByChance(saving, random);
        assertEquals(saving.harness.run("SAVE"), "OK");
        await compareWithRedis(saving, redis);
        Deno.writeFileSync(saving.path, await redis.dump());
        const other = saving.again({ config: { ...SMALL_LIMITS, "rdb-version": version } });
        assertEquals(other.digest(), saving.digest());
        assertEquals(other.expiries(), saving.expiries());
        assertEquals(other.harness.run("SAVE"), "OK");
        await compareWithRedis(other, redis);
      });
    },
  );
}

testWithRedis("groups of streams are the same in redis-server", async () => {
  await using redis = await RedisServer.start(...DEBUG);
  using saving = new Saving({ startMs: Date.now() });
  fillByChance(saving, new Seeded(7));
  saving.harness.run("XDEL stream:large 3-1 40-1");
  saving.harness.run("SAVE");
  await compareWithRedis(saving, redis);
  const ours = saving.harness.run("XINFO STREAM stream:large FULL COUNT 3");
  const theirs = await redis.list("XINFO", "STREAM", "stream:large", "FULL", "COUNT", 3);
  const flat = [ours].flat(9).map(String).map((item) => item === "null" ? "" : item);
  // What only 7.2 tells, and how many nodes its own index has.
  const without = (items: string[], names: string[]) =>
    items.filter((item, i) => !names.includes(item) && !names.includes(items[i - 1]));
  const skipped = ["active-time", "radix-tree-keys", "radix-tree-nodes"];
  assertEquals(without(flat, skipped), without(theirs, skipped));
});

testWithRedis("payloads of DUMP are restored both ways", async () => {
  await using redis = await RedisServer.start(...DEBUG);
  using saving = new Saving({ startMs: Date.now() });
  fillByChance(saving, new Seeded(11));
  const { harness } = saving;
  for (const line of [...MORE, "SET text hello"]) harness.run(line);
  let payloads = 0;
  for (const word of harness.keys()) {
    const key = splitWords(word)[0];
    harness.run(["PERSIST", key]); // a payload has no expiry
    const digest = (harness.run(["DEBUG", "DIGEST-VALUE", key]) as string[])[0];
    const payload = harness.run(["DUMP", key]) as string;
    assertEquals(await redis.command("RESTORE", key, 0, payload, "REPLACE"), "OK", key);
    assertEquals(await redis.command("DEBUG", "DIGEST-VALUE", key), digest, key);
    const theirs = latin1Bytes(await redis.command("DUMP", key));
    assertEquals(harness.run(["RESTORE", "back", 0, theirs, "REPLACE"]), "OK", key);
    assertEquals(harness.run("DEBUG DIGEST-VALUE back"), [digest], key);
    payloads++;
  }
  assertEquals(payloads > 10, true);
});

testWithRedis("redis-check-rdb finds our dumps right", async () => {
  using saving = new Saving({ startMs: Date.now() });
  fillByChance(saving, new Seeded(13));
  saving.harness.run("SAVE");
  const beside = redisServerPath!.replace(/redis-server([^/\\]*)$/, "redis-check-rdb$1");
  const command = beside === redisServerPath ? findProgram("redis-check-rdb")! : beside;
  const { code, stdout } = await new Deno.Command(command, { args: [saving.path] }).output();
  const said = new TextDecoder().decode(stdout);
  assertEquals(code, 0, said);
  assertEquals(said.includes("Checksum OK"), true, said);
});
