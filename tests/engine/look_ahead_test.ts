import { assert, assertEquals } from "@std/assert";
import { latin1Bytes } from "../../src/base/bytes.ts";
import { allCommands } from "../../src/commands/registry.ts";
import { LOOK_AHEAD_REQUESTS } from "../../src/engine/look_ahead.ts";
import { RequestDecoder } from "../../src/resp/request_decoder.ts";
import { EngineHarness } from "../support/engine_harness.ts";
import { plain } from "../support/reply.ts";
import { forEachSeed } from "../support/seeded.ts";
import { multibulk, OPEN_LIMITS } from "../resp/decoding.ts";

/** Runs a pipeline as a connection does: decoded and looked at ahead, then processed. */
function runPipeline(harness: EngineHarness, text: string): string {
  const { engine, client } = harness;
  const decoder = new RequestDecoder(OPEN_LIMITS);
  const bytes = latin1Bytes(text);
  for (let at = 0; at < bytes.length;) {
    const room = decoder.room();
    const count = Math.min(room.length, bytes.length - at);
    room.set(bytes.subarray(at, at + count));
    decoder.received(count);
    at += count;
    engine.beginBatch(client.session);
    do {
      const decoded = decoder.decodeBatch(LOOK_AHEAD_REQUESTS);
      if (decoded > 1) {
        engine.lookAhead.prepare(client.session.databaseIndex, decoder.batch, decoded);
      }
      for (let i = 0; i < decoded; i++) {
        engine.process(client.session, decoder.batch[i], decoded > 1 ? i : -1);
      }
    } while (decoder.last === "request");
    engine.endBatch();
  }
  return client.takeReplies().map(plain).map(String).join(" ");
}

Deno.test("looking ahead never changes what a pipeline does, whatever its length", () => {
  for (let length = 1; length <= 70; length++) {
    const harness = new EngineHarness();
    const keys = Array.from({ length }, (_, n) => `key:${n}`);
    const sets = keys.map((key) => multibulk("SET", key, `v${key}`)).join("");
    assertEquals(runPipeline(harness, sets), keys.map(() => "OK").join(" "));
    assertEquals(harness.run("DBSIZE"), length);
    for (const key of keys) assertEquals(harness.run(["GET", key]), `v${key}`);
    const gets = keys.map((key) => multibulk("GET", key)).join("");
    assertEquals(runPipeline(harness, gets), keys.map((key) => `v${key}`).join(" "));
  }
});

Deno.test("names and keys that are nearly the same are told apart in a pipeline", async () => {
  await forEachSeed(3, (random) => {
    const pick = (...of: string[]) => of[random.below(of.length)];
    const key = () =>
      pick("", "k", "ke", "key", "key1", "key2", "Key1", "key11", "key:0001", "key:1001");
    const piped = new EngineHarness(), single = new EngineHarness();
    for (let round = 0; round < 40; round++) {
      const lines = Array.from({ length: random.between(1, 40) }, () => {
        const name = pick(
          "GET",
          "get",
          "gEt",
          "SET",
          "GETX",
          "GE",
          "INCR",
          "DECR",
          "incr",
          "STRLEN",
        );
        const last = pick(key(), key(), "GETRANGE", "getrange", "SETRANGE", "SUBSTR");
        if (last.length > 5 && name !== "SET") return [last, key(), "0", "-1"];
        return name === "SET" ? [name, key(), `${random.below(100)}`] : [name, last];
      });
      const replies = lines.map((line) => runPipeline(single, multibulk(...line))).join(" ");
      assertEquals(runPipeline(piped, lines.map((line) => multibulk(...line)).join("")), replies);
    }
  });
});

Deno.test("a key looked at ahead is found though the pipeline before it changed it", () => {
  const harness = new EngineHarness();
  const text = multibulk("SET", "a", "1") + multibulk("GET", "a") + multibulk("DEL", "a") +
    multibulk("SET", "b", "2") + multibulk("GET", "a") + multibulk("SELECT", "1") +
    multibulk("SET", "b", "3") + multibulk("GET", "b") + multibulk("SELECT", "0") +
    multibulk("GET", "b");
  assertEquals(runPipeline(harness, text), "OK 1 1 OK null OK OK 3 OK 2");
});

const SMALL_LIMITS = [
  "hash-max-listpack-entries",
  "set-max-listpack-entries",
  "set-max-intset-entries",
  "zset-max-listpack-entries",
] as const;

Deno.test("members looked at ahead are those that the commands of a pipeline find", async () => {
  await forEachSeed(3, (random) => {
    const pick = (...of: string[]) => of[random.below(of.length)];
    const member = () =>
      pick("", "m", "other", `member:${random.below(700)}`, `${random.below(300)}`);
    const lines = (key: string): string[] => {
      const m = member(), n = `${random.below(100)}`, set = key.startsWith("s");
      if (random.below(200) === 0) return pick("DEL", "SET") === "DEL" ? ["DEL", key] : ["PING"];
      if (set) return [pick("SADD", "SADD", "SREM", "SISMEMBER", "SCARD", "TYPE"), key, m];
      if (key.startsWith("h")) {
        return random.below(3) > 0
          ? ["HSET", key, m, n]
          : [pick("HGET", "HDEL", "HEXISTS"), key, m];
      }
      if (random.below(4) === 0) return ["ZADD", key, pick("NX", "XX", "CH"), n, m];
      return random.below(3) > 0 ? ["ZADD", key, n, m] : [pick("ZSCORE", "ZRANK", "ZREM"), key, m];
    };
    const config = Object.fromEntries(SMALL_LIMITS.map((name) => [name, "16"]));
    const piped = new EngineHarness({ config }), single = new EngineHarness({ config });
    let large = 0;
    for (let round = 0; round < 150; round++) {
      const kind = pick("set", "hash", "zset"),
        key = () => random.below(30) > 0 ? kind : `${kind}2`;
      const batch = Array.from({ length: random.between(1, 40) }, () => multibulk(...lines(key())));
      const replies = batch.map((line) => runPipeline(single, line)).join(" ");
      assertEquals(runPipeline(piped, batch.join("")), replies);
      const encoding = piped.run(`OBJECT ENCODING ${kind}`);
      if (encoding === "hashtable" || encoding === "skiplist") large++;
    }
    assert(large > 50, `a large collection in ${large} of 150 pipelines`);
  });
});

Deno.test("the member of a command is an argument behind its key that every call has", () => {
  const commands = allCommands().filter(({ member }) => member !== undefined);
  assert(commands.length > 10);
  for (const { name, keys, member, arity } of commands) {
    assertEquals(keys?.[0].begin, { index: 1 }, name);
    assert(member! > 1 && member! < Math.abs(arity), name);
  }
});
