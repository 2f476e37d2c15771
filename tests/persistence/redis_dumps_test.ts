// Dumps that a real redis-server writes: what it holds and what this server has after loading its
// dump are the same, over the wire.
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { startMiniredis } from "../support/miniredis_server.ts";
import { RespClient } from "../support/resp_client.ts";
import { RedisServer, redisServerAvailable } from "../rdb/redis_server.ts";
import { type Ask, askOver, type KeyView, Loading, viewKeys } from "./loading.ts";

/** A key of each type with a number of elements, of integers, short texts, or texts of 64 and 65. */
const LUA_FILL = `
local type, count, form = ARGV[1], tonumber(ARGV[2]), ARGV[3]
for i = 1, count do
  local text
  if form == 'integer' then text = tostring(i * 37 - 100)
  elseif form == 'large' then text = tostring(i) .. '000000000000'
  elseif form == 'short' then text = 'member:' .. i
  else text = string.rep('x', tonumber(form) - 6) .. string.format('%06d', i) end
  if type == 'list' then redis.call('RPUSH', KEYS[1], text)
  elseif type == 'set' then redis.call('SADD', KEYS[1], text)
  elseif type == 'zset' then redis.call('ZADD', KEYS[1], i * 1.5 - 7, text)
  elseif type == 'hash' then redis.call('HSET', KEYS[1], text, 'value ' .. i)
  else redis.call('XADD', KEYS[1], i .. '-1', 'f', text, 'g' .. (i % 3), '') end
end`;

/** Both sides of every limit, by type. */
const COUNTS: Record<string, number[]> = {
  list: [1, 100, 3000],
  set: [1, 128, 129, 512, 513],
  zset: [1, 128, 129, 1000],
  hash: [1, 128, 512, 513],
  stream: [1, 100, 101, 1000],
};
const FORMS = ["integer", "large", "short", "64", "65"];

async function fill(ask: Ask): Promise<void> {
  for (const [type, counts] of Object.entries(COUNTS)) {
    for (const count of counts) {
      for (const form of FORMS) {
        await ask("EVAL", LUA_FILL, 1, `${type}:${count}:${form}`, type, count, form);
      }
    }
  }
  await ask("RPUSH", "list:huge", "x".repeat(70_000), "short", "y".repeat(9000), "");
  await ask(
    "ZADD",
    "zset:edges",
    "-inf",
    "low",
    "inf",
    "high",
    "-0",
    "zero",
    "1024.25",
    "fraction",
  );
  await ask("HSET", "hash:edges", "", "", "\r\n\0\xff", "z".repeat(100_000));
  await ask("SADD", "set:edges", "9223372036854775807", "-9223372036854775808", "0");
  await fillStreams(ask);
  for (const type of Object.keys(COUNTS)) {
    await ask("PEXPIREAT", `${type}:1:short`, 4_000_000_000_123);
  }
}

/** Streams whose groups have read, acknowledged and lost entries. */
async function fillStreams(ask: Ask): Promise<void> {
  const key = "stream:1000:short";
  await ask("XDEL", key, "1-1", "250-1", "999-1");
  await ask("XGROUP", "CREATE", key, "readers", "0");
  await ask("XGROUP", "CREATE", key, "idle", "700-0", "ENTRIESREAD", -1);
  await ask("XGROUP", "CREATECONSUMER", key, "readers", "nobody");
  for (const [consumer, count] of [["one", 300], ["two", 5], ["one", 2]] as const) {
    await ask("XREADGROUP", "GROUP", "readers", consumer, "COUNT", count, "STREAMS", key, ">");
  }
  await ask("XACK", key, "readers", "2-1", "3-1", "303-1");
  await ask("XDEL", key, "10-1");
  await ask("XADD", "stream:emptied", "5-5", "a", "b");
  await ask("XDEL", "stream:emptied", "5-5");
  await ask("XADD", "stream:trimmed", "18446744073709551615-1", "a", "b");
}

test("a dump of every type, both sides of every limit, is served as redis-server serves it", async () => {
  await using redis = await RedisServer.start("--enable-debug-command", "yes");
  using reference = await RespClient.connect({ path: `${redis.folder}/socket` });
  const askRedis = askOver(reference);
  await fill(askRedis);
  const wanted = await viewKeys(askRedis);
  const digest = await askRedis("DEBUG", "DIGEST");
  await askRedis("SAVE");

  await using server = await startMiniredis({ "enable-debug-command": "yes" }, {
    dir: redis.folder,
  });
  using client = await RespClient.connect({ port: server.port });
  const ask = askOver(client);
  await assertServes(ask, wanted);
  assertEquals(await ask("DEBUG", "DIGEST"), digest);
});

async function assertServes(ask: Ask, wanted: Record<string, KeyView>): Promise<void> {
  const served = await viewKeys(ask);
  assertEquals(Object.keys(served), Object.keys(wanted));
  for (const [key, view] of Object.entries(wanted)) {
    const encoding = encodingIn72(key, view);
    assertEquals(served[key], { ...view, encoding }, key);
  }
}

/** The encoding that Redis 7.2 gives what 7.0 wrote: it knows listpacks for lists, too. */
function encodingIn72(key: string, { type, encoding, value }: KeyView): string {
  if (type === "list" && encoding === "quicklist") {
    const bytes = (value as string[]).reduce((sum, item) => sum + item.length, 0);
    return bytes < 8192 - 2 * (value as string[]).length ? "listpack" : "quicklist";
  }
  if (type === "set" && encoding === "hashtable") {
    const members = value as string[];
    const isSmall = members.length <= 128 && members.every((member) => member.length <= 64);
    return isSmall ? "listpack" : "hashtable";
  }
  return encoding ?? key;
}

/** Limits to load with, unlike those to write with. */
const OTHER_LIMITS: Record<string, string>[] = [
  {
    "hash-max-listpack-entries": "20",
    "zset-max-listpack-entries": "20",
    "set-max-listpack-entries": "20",
    "set-max-intset-entries": "20",
    "list-max-listpack-size": "20",
  },
  {
    "hash-max-listpack-value": "20",
    "zset-max-listpack-value": "20",
    "set-max-listpack-value": "20",
    "list-max-listpack-size": "-1",
    "list-compress-depth": "1",
  },
  {
    "hash-max-listpack-entries": "100000",
    "hash-max-listpack-value": "100000",
    "zset-max-listpack-entries": "100000",
    "zset-max-listpack-value": "100000",
    "set-max-listpack-entries": "100000",
    "set-max-listpack-value": "100000",
    "set-max-intset-entries": "100000",
    "list-max-listpack-size": "-5",
  },
];

test("values are the same whatever limits the loading server has, with and without sanitizing", async () => {
  await using redis = await RedisServer.start();
  using reference = await RespClient.connect({ path: `${redis.folder}/socket` });
  await fill(askOver(reference));
  const wanted = valuesOf(await viewKeys(askOver(reference)));
  await reference.send("SAVE");
  const bytes = Deno.readFileSync(join(redis.folder, "dump.rdb"));
  for (const config of [{}, { "sanitize-dump-payload": "yes" }, ...OTHER_LIMITS]) {
    using loading = new Loading({ config });
    const before = loading.harness.arena.usedBytes;
    await loading.loadWhole(bytes);
    assertEquals(valuesOf(await viewKeys(loading.ask)), wanted);
    loading.harness.run("FLUSHALL SYNC");
    assertEquals(loading.harness.arena.usedBytes, before);
  }
});

function valuesOf(views: Record<string, KeyView>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(views).map(([key, { value }]) => [key, value]));
}

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: !redisServerAvailable, fn });
}
