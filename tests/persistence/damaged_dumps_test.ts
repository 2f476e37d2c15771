// Damaged values: the load ends with an error that names the key, or the value is whole. Nothing that
// got in makes a command fail or read what is not its own, and nothing is left of what did not.
import { assert, assertEquals } from "@std/assert";
import { SeededRandom } from "../../src/base/random.ts";
import { Loading, viewKeys } from "./loading.ts";
import { KEY, ONE_VALUE_DUMPS, valueOffset } from "./one_value_dumps.ts";

const SEED = Number(Deno.env.get("FUZZ_SEED") ?? 20261122);
/** Without the checksum, or nothing but the checksum would be tested. */
const UNCHECKED = { rdbchecksum: "no" };
const LIMITS: Record<string, string>[] = [
  {},
  {
    "list-max-listpack-size": "1",
    "set-max-intset-entries": "1",
    "set-max-listpack-entries": "1",
    "zset-max-listpack-entries": "1",
    "hash-max-listpack-entries": "1",
  },
];

/** Commands that walk over a value, change it, make it larger than small, and take all of it out. */
const WORK: Record<string, (key: string) => (string | number)[][]> = {
  string: (key) => [["STRLEN", key], ["APPEND", key, "x"]],
  list: (key) => [
    ["LPOS", key, "nothing"],
    ["LINSERT", key, "BEFORE", "one", "x"],
    ["LPUSH", key, "x".repeat(9000), "y"],
    ["LREM", key, 0, "y"],
    ["LPOP", key, 1000],
  ],
  set: (key) => [
    ["SSCAN", key, 0, "COUNT", 1000],
    ["SADD", key, "x", "5", "y".repeat(100)],
    ["SPOP", key, 1000],
  ],
  zset: (key) => [
    ["ZRANGEBYSCORE", key, "-inf", "+inf"],
    ["ZRANK", key, "m"],
    ["ZADD", key, 1, "x", 2, "y".repeat(100)],
    ["ZPOPMIN", key, 1000],
  ],
  hash: (key) => [
    ["HSCAN", key, 0, "COUNT", 1000],
    ["HRANDFIELD", key, -5],
    ["HSET", key, "x", "y".repeat(100)],
    ["HPERSIST", key, "FIELDS", 1, "a"],
    ["HDEL", key, "a", "b", "f"],
  ],
  stream: (key) => [
    ["XREVRANGE", key, "+", "-"],
    ["XPENDING", key, "group"],
    ["XAUTOCLAIM", key, "group", "bob", 0, 0],
    ["XADD", key, "*", "f", "x"],
    ["XTRIM", key, "MAXLEN", 1],
    ["XGROUP", "DESTROY", key, "group"],
  ],
};

/** Loads, reads everything, changes everything, and makes sure that no memory is lost. */
async function survive(
  loading: Loading,
  bytes: Uint8Array,
  used: number,
): Promise<string | undefined> {
  const { harness, ask } = loading;
  const message = await loading.load(bytes);
  if (message === undefined) {
    for (let database = 0; database < 16; database++) {
      harness.run(`SELECT ${database}`);
      for (const [key, { type }] of Object.entries(await viewKeys(ask))) {
        assertEquals(harness.run(["COPY", key, "a copy", "REPLACE"]), 1);
        for (const words of WORK[type](key)) harness.run(words);
        harness.run(["MEMORY", "USAGE", "a copy"]);
      }
    }
    harness.run("DEBUG DIGEST");
  } else assert(/\(at byte offset \d+\)$/.test(message), message);
  harness.run("FLUSHALL SYNC");
  assertEquals(harness.arena.usedBytes, used, message);
  return message;
}

/** Fills the tables that stay for good, and says what is in use then. */
function usedWhenEmpty({ harness }: Loading): number {
  harness.run("FLUSHALL SYNC");
  return harness.arena.usedBytes;
}

for (const [name, bytes] of Object.entries(ONE_VALUE_DUMPS)) {
  Deno.test(`${name}: whole, and cut at every byte`, async () => {
    for (const limits of LIMITS) {
      using loading = new Loading({ config: { ...UNCHECKED, ...limits } });
      const used = usedWhenEmpty(loading);
      assertEquals(await survive(loading, bytes, used), undefined);
      const checksumBytes = 8, from = valueOffset(bytes);
      for (let length = from; length < bytes.length - checksumBytes - 1; length++) {
        const message = await survive(loading, bytes.slice(0, length), used);
        assert(message?.includes(`key "${KEY}"`), `cut at ${length}: ${message}`);
      }
    }
  });

  Deno.test(`${name}: with any byte of its value changed`, async () => {
    const random = new SeededRandom(SEED);
    for (const [round, limits] of LIMITS.entries()) {
      const sanitize = round === 1 ? "yes" : "no";
      const config = { ...UNCHECKED, ...limits, "sanitize-dump-payload": sanitize };
      using loading = new Loading({ config });
      const used = usedWhenEmpty(loading);
      for (let at = valueOffset(bytes); at < bytes.length - 9; at++) {
        for (const flip of [1, 0x80, 1 + random.below(255)]) {
          const damaged = bytes.slice();
          damaged[at] ^= flip;
          try {
            await survive(loading, damaged, used);
          } catch (error) {
            throw new Error(`byte ${at} ^ ${flip}, seed ${SEED}`, { cause: error });
          }
        }
      }
    }
  });
}
