/** Files and payloads of ours in a real redis-server, and its own in ours. */

import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { latin1Bytes } from "../../src/base/bytes.ts";
import { SEQUENCES } from "../differential/command_tables.ts";
import { stepsFrom } from "../differential/random_sequence.ts";
import { RedisServer } from "../rdb/redis_server.ts";
import { redisServerPath, testWithRedis } from "../support/redis_server.ts";
import { forEachSeed, Seeded } from "../support/seeded.ts";
import { splitWords } from "../support/words.ts";
import { Saving } from "./saving.ts";

const DEBUG = ["--enable-debug-command", "yes"];
/** Both sides of every limit, for ours and theirs alike. */
const SMALL_LIMITS = {
  "hash-max-listpack-entries": "4",
  "set-max-intset-entries": "4",
  "zset-max-listpack-entries": "4",
  "list-max-listpack-size": "3",
  "list-compress-depth": "1",
  "stream-node-max-entries": "3",
} as const;
const MADE_OF = ["strings", "lists", "sets", "hashes", "streams", "sorted sets", "zsets"];

/** Lines that make values which the sequences may miss. */
const MORE = [
  "SET number:small -1",
  "SET number:large 9223372036854775807",
  "ZADD zset:small -inf a 0.1 b 1e300 c",
  "RPUSH list:numbers 1 -128 4096 70000 -8388608 2147483648 9223372036854775807",
  "SADD set:wide 1 70000 9223372036854775807",
  "HSET hash:binary \\x00\\xff \\r\\n '' ''",
];

function fillByChance(saving: Saving, random: Seeded): void {
  const { client } = saving.harness;
  const rows = MADE_OF.flatMap((name) => SEQUENCES[name] ?? []);
  const draw = stepsFrom(rows.filter(({ syntax }) => !/^H(GETEX|SETEX|P?EXPIRE)/.test(syntax)));
  for (let step = 0; step < 2500; step++) client.send(draw(random).words);
  for (const line of ["DISCARD", "UNWATCH", ...MORE]) client.send(line);
  client.takeReplies();
  for (let i = 0; i < 40; i++) {
    client.run(`ZADD zset:large ${i / 7} member:${i}`);
    client.run(["RPUSH", "list:large", `e${i}`, random.pick(["x", "y"]).repeat(i * 400)]);
    client.run(`XADD stream:large ${i + 1}-1 f ${i}`);
  }
  client.run("XGROUP CREATE stream:large group 5-1");
  client.run("XREADGROUP GROUP group consumer COUNT 7 STREAMS stream:large >");
}

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
  const command = redisServerPath!.replace(/redis-server([^/\\]*)$/, "redis-check-rdb$1");
  const { code, stdout } = await new Deno.Command(command, { args: [saving.path] }).output();
  const said = new TextDecoder().decode(stdout);
  assertEquals(code, 0, said);
  assertEquals(said.includes("Checksum OK"), true, said);
});
