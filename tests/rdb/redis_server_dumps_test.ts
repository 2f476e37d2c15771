// Dumps that a real redis-server writes while the test watches.
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ByteSource } from "../../src/rdb/byte_source.ts";
import { RdbError } from "../../src/rdb/rdb_error.ts";
import { load, loadFrom, READ_ALL } from "./recording_sink.ts";
import { RedisServer, redisServerAvailable } from "./redis_server.ts";

const FUNCTIONS = "#!lua name=lib\nredis.register_function('f', function() return 1 end)\n";

// Text that LZF cannot make shorter: a byte sequence without repetitions that matter.
function incompressible(length: number): string {
  let state = 12345;
  let text = "";
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    text += String.fromCharCode(state >>> 24);
  }
  return text;
}

function strings(): Map<string, string> {
  const values = new Map<string, string>();
  for (const bits of [7, 8, 15, 16, 31, 32, 63]) {
    for (const offset of [-1n, 0n, 1n]) {
      const positive = (1n << BigInt(bits)) + offset;
      for (const number of [positive, -positive]) values.set(`int:${number}`, String(number));
    }
  }
  for (const text of ["0", "-0", "007", "+1", " 1", "1.5", ""]) values.set(`text:${text}`, text);
  for (const length of [1, 20, 21, 63, 64, 1000, 16383, 16384, 70_000]) {
    values.set(`raw:${length}`, incompressible(length));
    values.set(`lzf:${length}`, "abcdefgh".repeat(length).slice(0, length));
    values.set(incompressible(length), `key of ${length}`);
    values.set("k".repeat(length), `key of ${length}, to be compressed`);
  }
  values.set("12345", "a key that is an integer");
  values.set("-129", "another");
  return values;
}

test("every encoding of strings and keys loads to what was set", async () => {
  await using server = await RedisServer.start();
  const values = strings();
  for (const [key, value] of values) await server.command("SET", key, value);
  const expected = Object.fromEntries(values);

  for (const compression of ["yes", "no"]) {
    await server.command("CONFIG", "SET", "rdbcompression", compression);
    const bytes = await server.dump();
    const sink = load(bytes);
    assertEquals(sink.values(), expected);
    assertEquals(sink.resizes, [[0, values.size, 0]]);
    for (const chunkBytes of [1, 37, 65536]) assertEquals(throughFile(bytes, chunkBytes), expected);

    const stored = sink.databases.get(0)!;
    for (const bits of [7, 8, 15, 16, 31, 32, 63]) {
      const number = (1n << BigInt(bits)) - 1n;
      assertEquals(stored.get(`int:${number}`)!.isInteger, bits <= 31);
    }
    for (const text of ["-0", "007", "+1", " 1", "1.5", ""]) {
      assertEquals(stored.get(`text:${text}`)!.isInteger, false);
    }
  }
});

test("databases, expiries and functions load as they were", async () => {
  await using server = await RedisServer.start();
  await server.command("FUNCTION", "LOAD", FUNCTIONS);
  for (const database of [0, 1, 15]) {
    await server.command("SELECT", database);
    await server.command("SET", "here", database);
    await server.command("SET", "expiring", "soon", "PXAT", 4_000_000_000_123 + database);
  }
  const sink = load(await server.dump());
  assertEquals(sink.functions, [FUNCTIONS]);
  assertEquals([...sink.databases.keys()], [0, 1, 15]);
  assertEquals(sink.resizes, [[0, 2, 1], [1, 2, 1], [15, 2, 1]]);
  for (const database of [0, 1, 15]) {
    assertEquals(sink.values(database), { here: String(database), expiring: "soon" });
    const keys = sink.databases.get(database)!;
    assertEquals(keys.get("expiring")!.expireAtMs, 4_000_000_000_123 + database);
    assertEquals(keys.get("here")!.expireAtMs, -1);
  }
  assertEquals(sink.auxFields.map(([key]) => key).includes("redis-ver"), true);
});

test("idle times and frequencies are read from dumps of servers that evict", async () => {
  for (const policy of ["allkeys-lru", "allkeys-lfu"]) {
    await using server = await RedisServer.start("--maxmemory-policy", policy);
    await server.command("SET", "k", "v");
    const subject = policy === "allkeys-lfu" ? "FREQ" : "IDLETIME";
    const expected = Number(await server.command("OBJECT", subject, "k"));
    const meta = load(await server.dump()).databases.get(0)!.get("k")!;
    if (subject === "FREQ") assertEquals([meta.frequency, meta.idleSeconds], [expected, -1]);
    else {
      assertEquals(meta.frequency, -1);
      assert(meta.idleSeconds >= expected && meta.idleSeconds < 60);
    }
  }
});

test("a dump saved with rdbchecksum no loads, and says that nothing was verified", async () => {
  await using server = await RedisServer.start("--rdbchecksum", "no");
  await server.command("SET", "k", "v");
  const { sink, reader } = loadFrom(ByteSource.overBytes(await server.dump()));
  assertEquals(sink.values(), { k: "v" });
  assertEquals(reader.checksumVerified, false);
});

test("a value of another type stops the load and names the key", async () => {
  await using server = await RedisServer.start();
  const makers: [string[], string][] = [
    [["RPUSH", "list\r\n", "a"], 'key "list\\r\\n", type quicklist-v2 (18)'],
    [["HSET", "hash", "f", "v"], 'key "hash", type hash-listpack (16)'],
    [["SADD", "set", "1"], 'key "set", type set-intset (11)'],
    [["SADD", "set", "a"], 'key "set", type set-hashtable (2)'],
    [["ZADD", "zset", "1", "a"], 'key "zset", type zset-'],
    [["XADD", "stream", "1-1", "a", "b"], 'key "stream", type stream-v2 (19)'],
  ];
  for (const [command, message] of makers) {
    await server.command("FLUSHALL");
    await server.command(...command);
    const bytes = await server.dump();
    const error = assertThrows(() => load(bytes), RdbError);
    assertStringIncludes(error.message, message);
  }
});

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: !redisServerAvailable, fn });
}

function throughFile(bytes: Uint8Array, chunkBytes: number): Record<string, string> {
  const path = Deno.makeTempFileSync();
  try {
    Deno.writeFileSync(path, bytes);
    using file = Deno.openSync(path);
    const source = ByteSource.overFile(file, bytes.length, chunkBytes);
    return loadFrom(source, READ_ALL, 1000).sink.values();
  } finally {
    Deno.removeSync(path);
  }
}
