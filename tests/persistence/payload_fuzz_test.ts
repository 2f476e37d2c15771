// Payloads with faults: refused or taken, but nothing breaks, also when they are worked with after.
import { assert } from "@std/assert";
import { latin1Bytes } from "../../src/base/bytes.ts";
import { Crc64 } from "../../src/base/crc64.ts";
import { EngineHarness } from "../support/engine_harness.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";

const FOOTER_BYTES = 10;
/** Commands that read and change what was taken, whatever it is: the wrong type is an error. */
const TRAFFIC = [
  "APPEND k x",
  "GETRANGE k 0 -1",
  "LRANGE k 0 -1",
  "RPUSH k tail",
  "LINSERT k BEFORE 1 y",
  "LREM k 0 a",
  "LPOP k 2",
  "LSET k -1 z",
  "SMEMBERS k",
  "SADD k 7 text",
  "SPOP k 2",
  "SISMEMBER k 1",
  "ZRANGE k 0 -1 WITHSCORES",
  "ZADD k 3 three",
  "ZRANGEBYSCORE k -inf +inf",
  "ZRANK k a",
  "ZPOPMIN k",
  "HGETALL k",
  "HSET k a 2 new 3",
  "HINCRBY k c 1",
  "HDEL k a",
  "HRANDFIELD k 3 WITHVALUES",
  "XRANGE k - +",
  "XREVRANGE k + - COUNT 5",
  "XADD k * a 1",
  "XINFO STREAM k FULL",
  "XREADGROUP GROUP g c STREAMS k >",
  "XPENDING k g - + 10",
  "XTRIM k MAXLEN 1",
  "XDEL k 1-1",
  "OBJECT ENCODING k",
  "DEBUG DIGEST",
  "MEMORY USAGE k",
  "COPY k k2 REPLACE",
  "DUMP k",
  "DEL k",
  "FLUSHALL",
];

function payloads(): Uint8Array[] {
  const harness = new EngineHarness();
  const lines = [
    "SET text aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "RPUSH list a 1 300 70000 text",
    "SADD ints 1 2 3",
    "SADD set a b",
    "ZADD zset 1 a 2.5 b",
    "HSET hash a 1 b text c 2",
    "XADD stream 1-1 a 1 b 2",
    "XADD stream 1-2 a 1 b 3",
    "XADD stream 2-0 x y",
    "XGROUP CREATE stream g 0",
    "XREADGROUP GROUP g c COUNT 2 STREAMS stream >",
    "HSET expiring a 1 b 2",
    "HPEXPIRE expiring 100000 FIELDS 1 a",
  ];
  for (const line of lines) harness.run(line);
  for (let i = 0; i < 200; i++) {
    harness.run(`SADD big-set m:${i}`);
    harness.run(`ZADD big-zset ${i} m:${i}`);
    harness.run(`HSET big-hash f:${i} ${"v".repeat(70)}`);
    harness.run(`RPUSH big-list ${"e".repeat(100)}${i}`);
  }
  return harness.keys().flatMap((key) => {
    const plain = latin1Bytes(harness.run(["DUMP", key]) as string);
    harness.run("CONFIG SET rdb-version 12");
    const newest = latin1Bytes(harness.run(["DUMP", key]) as string);
    harness.run("CONFIG SET rdb-version auto");
    return [plain, newest];
  });
}

/** A payload with some bytes changed, cut or added, and the checksum that belongs to them. */
function damaged(original: Uint8Array, random: Seeded): Uint8Array {
  const end = original.length - FOOTER_BYTES;
  let value = original.slice(0, end);
  for (let faults = 1 + random.below(3); faults > 0; faults--) {
    const at = random.below(value.length);
    if (random.chance(0.7)) value[at] ^= 1 << random.below(8);
    else if (random.chance(0.5)) value[at] = random.pick([0, 1, 0x7f, 0x80, 0xfe, 0xff]);
    else if (value.length > 2) value = value.slice(0, at + 1);
  }
  const bytes = new Uint8Array([...value, ...original.subarray(end)]);
  new Crc64().update(bytes, 0, bytes.length - 8).write(bytes, bytes.length - 8);
  return bytes;
}

for (const sanitize of ["no", "yes"]) {
  Deno.test(`damaged payloads break nothing, sanitize-dump-payload ${sanitize}`, async () => {
    const originals = payloads();
    let taken = 0, refused = 0;
    await forEachSeed(3, (random) => {
      const harness = new EngineHarness({
        seed: random.next32(),
        config: { "sanitize-dump-payload": sanitize, "enable-debug-command": "yes" },
      });
      const { client } = harness;
      for (let round = 0; round < 500; round++) {
        client.run("FLUSHALL");
        client.send(["RESTORE", "k", 0, damaged(random.pick(originals), random)]);
        const [reply] = client.takeReplies();
        if (reply.type === "error") {
          refused++;
          assert(reply.text === "ERR Bad data format", reply.text);
          continue;
        }
        taken++;
        for (let step = 0; step < 12; step++) {
          client.send(random.pick(TRAFFIC)); // an internal error fails the test
          client.takeReplies();
        }
      }
    });
    assert(taken > 50 && refused > 50, `${taken} taken, ${refused} refused`);
  });
}
