// Values that are written in pieces are in the dump as they were when the snapshot began, whatever
// becomes of them and of their keys meanwhile.
import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { Snapshot, type SnapshotGrain } from "../../src/persistence/snapshot.ts";
import { RdbWriter } from "../../src/rdb/writer.ts";
import { Saving } from "../persistence/saving.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";

const TYPES = ["list", "set", "zset", "hash", "stream"] as const;
const KEYS_OF_TYPE = 3;
/** So many elements make a large value of any type under {@link LIMITS}. */
const MOST_ELEMENTS = 60;

/** Collections get their large form early, and lists and streams have many small blocks. */
const LIMITS = {
  "hash-max-listpack-entries": "4",
  "set-max-listpack-entries": "4",
  "set-max-intset-entries": "4",
  "zset-max-listpack-entries": "4",
  "stream-node-max-entries": "4",
};

function keyOf(random: Seeded): string {
  return random.chance(0.1) ? `small:${random.below(4)}` : ownKey(random, random.pick(TYPES));
}

function ownKey(random: Seeded, type: string): string {
  return `${type}:${random.below(KEYS_OF_TYPE)}`;
}

/** Old and new members, short ones and long ones. */
function member(random: Seeded): string {
  const name = `m${random.below(MOST_ELEMENTS * 2)}`;
  return random.chance(0.05) ? name + "x".repeat(random.pick([20, 300, 1500])) : name;
}

const index = (random: Seeded) => random.between(-MOST_ELEMENTS, MOST_ELEMENTS);
const score = (random: Seeded) => random.pick([0, 1, 1, 2.5, random.below(100), -3]);
const id = (random: Seeded) => `${random.below(MOST_ELEMENTS * 2)}-1`;

type Words = (string | number)[];

/** What changes a list. */
function listWords(random: Seeded, key: string): Words {
  const other = ownKey(random, "list");
  return random.pick<() => Words>([
    () => [random.pick(["LPUSH", "RPUSH"]), key, member(random), member(random)],
    () => [random.pick(["LPOP", "RPOP"]), key],
    () => [random.pick(["LPOP", "RPOP"]), key, random.between(1, 8)],
    () => ["LSET", key, index(random), member(random)],
    () => ["LINSERT", key, random.pick(["BEFORE", "AFTER"]), member(random), member(random)],
    () => ["LREM", key, random.between(-2, 2), member(random)],
    () => ["LTRIM", key, random.below(9), -random.between(1, 9)],
    () => ["LMOVE", key, other, random.pick(["LEFT", "RIGHT"]), random.pick(["LEFT", "RIGHT"])],
    () => ["SORT", key, "ALPHA", "STORE", other],
    () => ["LRANGE", key, 0, -1],
  ])();
}

function setWords(random: Seeded, key: string): Words {
  const other = ownKey(random, "set");
  return random.pick<() => Words>([
    () => ["SADD", key, member(random), member(random), member(random)],
    () => ["SREM", key, member(random), member(random), member(random)],
    () => ["SPOP", key, random.pick([1, 5, MOST_ELEMENTS - 5, 1000])],
    () => ["SMOVE", key, other, member(random)],
    () => [random.pick(["SUNIONSTORE", "SDIFFSTORE", "SINTERSTORE"]), other, key, other],
    () => ["SRANDMEMBER", key, 5],
  ])();
}

function zsetWords(random: Seeded, key: string): Words {
  const other = ownKey(random, "zset");
  return random.pick<() => Words>([
    () => ["ZADD", key, score(random), member(random), score(random), member(random)],
    () => ["ZINCRBY", key, score(random), member(random)],
    () => ["ZREM", key, member(random), member(random), member(random)],
    () => [random.pick(["ZPOPMIN", "ZPOPMAX"]), key, random.between(1, 5)],
    () => ["ZREMRANGEBYRANK", key, random.below(20), random.below(30)],
    () => ["ZREMRANGEBYSCORE", key, score(random), score(random)],
    () => [random.pick(["ZUNIONSTORE", "ZDIFFSTORE"]), other, 2, key, other],
    () => ["ZRANGESTORE", other, key, 0, -3],
    () => ["ZRANGE", key, 0, -1],
  ])();
}

function hashWords(random: Seeded, key: string): Words {
  return random.pick<() => Words>([
    () => ["HSET", key, member(random), member(random), member(random), member(random)],
    () => ["HDEL", key, member(random), member(random), member(random)],
    () => ["HINCRBY", key, `n${random.below(5)}`, 1],
    () => ["HPEXPIRE", key, random.pick([1, 50, 9000]), "FIELDS", 1, member(random)],
    () => ["HPERSIST", key, "FIELDS", 1, member(random)],
    () => ["HGETALL", key],
  ])();
}

function streamWords(random: Seeded, key: string): Words {
  return random.pick<() => Words>([
    () => ["XADD", key, "*", "f", member(random)],
    () => ["XADD", key, "MAXLEN", random.pick(["=", "~"]), random.below(30), "*", "f", "v"],
    () => ["XDEL", key, id(random), id(random), id(random)],
    () => ["XTRIM", key, "MINID", random.pick(["=", "~"]), id(random)],
    () => ["XGROUP", "CREATE", key, `g${random.below(2)}`, random.pick(["0", "$"]), "MKSTREAM"],
    () => ["XREADGROUP", "GROUP", "g0", "c", "COUNT", 5, "STREAMS", key, ">"],
    () => ["XACK", key, "g0", id(random), id(random)],
    () => ["XCLAIM", key, "g0", "d", 0, id(random)],
    () => ["XGROUP", "DELCONSUMER", key, "g0", "c"],
    () => ["XGROUP", "DESTROY", key, "g1"],
    () => ["XSETID", key, "100000-0"],
  ])();
}

/** What is done to keys, whatever they hold. */
function keyWords(random: Seeded): Words {
  const key = keyOf(random), other = keyOf(random);
  return random.pick<() => Words>([
    () => [random.pick(["DEL", "UNLINK"]), key],
    () => ["RENAME", key, other],
    () => ["COPY", key, other, "REPLACE"],
    () => ["MOVE", key, 1],
    () => ["PEXPIRE", key, random.pick([1, 50, 3000])],
    () => ["PERSIST", key],
    () => ["SET", key, "a string instead"],
    () => ["RESTORE", key, 0, "garbage"],
    () => ["SELECT", random.below(2)],
    () => ["SET", `small:${random.below(40)}`, member(random)],
    () => ["APPEND", `small:${random.below(40)}`, member(random)],
    () => random.chance(0.1) ? [random.pick(["FLUSHALL", "FLUSHDB"]), "ASYNC"] : ["SWAPDB", 0, 1],
    () => random.chance(0.1) ? ["FLUSHALL", "SYNC"] : ["TOUCH", key],
  ])();
}

const WORDS = {
  list: listWords,
  set: setWords,
  zset: zsetWords,
  hash: hashWords,
  stream: streamWords,
};

/** Mostly commands of the key's own type; where it holds another one by now, they are refused. */
function draw(random: Seeded): string[] {
  const type = random.pick(TYPES);
  const words = random.chance(0.15) ? keyWords(random) : WORDS[type](random, ownKey(random, type));
  return words.map(String);
}

/** What DEBUG DIGEST does not look at: groups of streams, and what a stream says of itself. */
function streams({ harness: { client } }: Saving): unknown[] {
  const found = [0, 1].flatMap((database) => {
    client.run(["SELECT", database]);
    const keys = (client.run("KEYS *") as string[]).sort();
    return keys.filter((key) => client.run(["TYPE", key]) === "stream")
      .map((key) => [key, client.run(["XINFO", "STREAM", key, "FULL", "COUNT", 0])]);
  });
  client.run("SELECT 0");
  return found;
}

function fill({ harness: { client } }: Saving, random: Seeded): void {
  for (const type of TYPES) {
    for (let key = 0; key < KEYS_OF_TYPE; key++) {
      client.send(["SELECT", random.below(2)]);
      for (let n = random.pick([0, 3, 20, MOST_ELEMENTS]); n > 0; n--) {
        const name = `${type}:${key}`, text = member(random);
        if (type === "list") client.send(["RPUSH", name, text]);
        else if (type === "set") client.send(["SADD", name, text]);
        else if (type === "zset") client.send(["ZADD", name, score(random), text]);
        else if (type === "hash") client.send(["HSET", name, text, member(random)]);
        else client.send(["XADD", name, `${MOST_ELEMENTS * 2 - n * 2}-1`, "f", text]);
      }
    }
  }
  for (let i = 0; i < 40; i++) client.send(["SET", `small:${i}`, i]);
  for (let i = 0; i < 60; i++) client.send(draw(random));
  client.send(["SELECT", 0]);
  client.takeReplies();
}

/** Takes a snapshot while `disturb` is called between its slices; answers how often that was. */
function takeWhile(
  { harness: { keyspace }, path }: Saving,
  grain: SnapshotGrain,
  isOver: () => boolean,
  disturb: (snapshot: Snapshot) => void,
): number {
  const parts: Uint8Array[] = [];
  const sink = { write: (bytes: Uint8Array) => void parts.push(bytes.slice()) };
  const options = { version: 12, compress: true, checksum: true, access: "none" } as const;
  const writer = new RdbWriter(keyspace, sink, options);
  writer.begin({});
  while (!Snapshot.prepare(keyspace));
  const snapshot = new Snapshot(keyspace, writer, grain);
  snapshot.begin();
  let slices = 0;
  for (; !snapshot.run(isOver); slices++) disturb(snapshot);
  snapshot.end();
  writer.end();
  Deno.writeFileSync(path, concat(parts));
  return slices;
}

/** What a run of {@link takesOneInstant} is about. */
interface Subject {
  fill(saving: Saving, random: Seeded): void;
  draw(random: Seeded): string[];
  readonly elements: readonly number[];
}

/** Fills a server, takes a snapshot while it changes, and compares. Answers slices and waiting bytes. */
function takesOneInstant(random: Seeded, { fill, draw, elements }: Subject): [number, number] {
  const config = {
    ...LIMITS,
    save: "", // with save points FLUSHALL saves
    "list-max-listpack-size": random.pick(["5", "16"]),
    "list-compress-depth": random.pick(["0", "1"]),
  };
  using saving = new Saving({ seed: random.next32(), config, startMs: 1_700_000_000_000 });
  const { client, keyspace, clock } = saving.harness;
  fill(saving, random);
  const expected = [saving.digest(), saving.expiries(), streams(saving)];
  const startMs = clock.nowMs();
  const often = random.pick([0.3, 0.9]);
  const grain = { elements: random.pick(elements), piecesFrom: random.pick([0, 10]) };
  let waited = 0;
  const slices = takeWhile(saving, grain, () => random.chance(often), (snapshot) => {
    for (let i = random.below(4); i > 0; i--) client.send(draw(random));
    client.takeReplies();
    if (random.chance(0.1)) clock.advanceMs(random.pick([1, 60]));
    if (random.chance(0.1)) saving.harness.later(0, () => keyspace.graveyard.dig(5));
    waited = Math.max(waited, snapshot.waitingBytes);
  });
  assertEquals(keyspace.barrier, undefined);
  using other = new Saving({ folder: saving.folder, config, startMs });
  other.loader.loadNow(saving.path); // refuses a key that comes twice
  assertEquals([other.digest(), other.expiries(), streams(other)], expected);
  client.send("FLUSHALL");
  client.takeReplies();
  while (keyspace.graveyard.dig(1000)) { /* until nothing is left */ }
  assertEquals(keyspace.arena.usedBytes, keyspace.startupBytes, "everything is given back");
  return [slices, waited];
}

Deno.test("large values that change while they are written in pieces are as they were", async () => {
  let slices = 0, waited = 0;
  await forEachSeed(25, (random) => {
    const [count, bytes] = takesOneInstant(random, { fill, draw, elements: [1, 1, 4] });
    slices += count;
    waited = Math.max(waited, bytes);
  });
  assert(slices > 1000, `${slices} slices`);
  assert(waited > 100, `${waited} bytes waited`);
});

/** Entries of a stream whose groups have many of them pending. */
const MOST_PENDING = 1500;
const pendingId = (random: Seeded) => `${random.between(1, MOST_PENDING)}-1`;

function fillPending({ harness: { client } }: Saving, random: Seeded): void {
  for (const key of ["pending:0", "pending:1"]) {
    for (let n = 1; n <= MOST_PENDING; n++) client.send(["XADD", key, `${n}-1`, "f", n]);
    for (const group of ["g0", "g1"]) {
      client.send(["XGROUP", "CREATE", key, group, "0"]);
      for (let left = random.pick([40, 300, MOST_PENDING]); left > 0; left -= 100) {
        const words = ["XREADGROUP", "GROUP", group, `c${random.below(3)}`, "COUNT", 100];
        client.send([...words, "STREAMS", key, ">"]);
      }
    }
  }
  client.takeReplies();
}

function drawPending(random: Seeded): string[] {
  const key = `pending:${random.below(2)}`, group = `g${random.below(2)}`;
  const consumer = `c${random.below(4)}`, first = pendingId(random);
  const reading = ["XREADGROUP", "GROUP", group, consumer, "COUNT", 20, "STREAMS", key];
  return random.pick<() => Words>([
    () => ["XACK", key, group, ...Array.from({ length: 60 }, () => pendingId(random))],
    () => ["XACK", key, group, ...Array.from({ length: 300 }, (_, i) => `${i + 1}-1`)],
    () => ["XCLAIM", key, group, consumer, 0, first, pendingId(random), "RETRYCOUNT", 7],
    () => ["XCLAIM", key, group, consumer, 0, first, "FORCE", "JUSTID"],
    () => ["XAUTOCLAIM", key, group, consumer, 0, first, "COUNT", 30],
    () => [...reading, ">"],
    () => [...reading, first],
    () => ["XGROUP", random.chance(0.2) ? "DELCONSUMER" : "CREATECONSUMER", key, group, consumer],
    () => ["XGROUP", random.chance(0.1) ? "DESTROY" : "HELP", key, group],
    () => ["XGROUP", "CREATE", key, group, "0"],
    () => ["XGROUP", "SETID", key, group, first],
    () => ["XDEL", key, first],
    () => random.chance(0.05) ? ["UNLINK", key] : ["RENAME", "pending:0", "pending:2"],
    () => random.chance(0.05) ? ["FLUSHALL"] : ["COPY", "pending:1", "pending:3", "REPLACE"],
  ])().map(String);
}

Deno.test("what is pending in groups of a stream is in the dump as it was", async () => {
  let slices = 0;
  await forEachSeed(15, (random) => {
    const subject = { fill: fillPending, draw: drawPending, elements: [1, 8] };
    slices += takesOneInstant(random, subject)[0];
  });
  assert(slices > 1000, `${slices} slices`);
});

/** Bytes of the longest string: compressed in several parts. */
const LONGEST = 200_000;

/** Text that LZF makes shorter, or cannot, or both in turn. */
function longText(random: Seeded): string {
  const length = random.pick([20, 1100, 2000, 5000, 70_000, LONGEST]);
  const noise = () => Array.from({ length: 997 }, () => String.fromCharCode(33 + random.below(90)));
  const [one, other] = [noise().join(""), random.chance(0.5) ? noise().join("") : "x".repeat(997)];
  const text = (random.chance(0.3) ? "y" : one).repeat(length / 997 + 1) + other;
  return random.chance(0.5) ? text.slice(0, length) : noisy(random, text, length);
}

/** Every few bytes are others, so that nothing repeats. */
function noisy(random: Seeded, text: string, length: number): string {
  let noisy = "";
  while (noisy.length < length) {
    noisy += text[noisy.length % text.length] + String.fromCharCode(33 + random.below(90));
  }
  return noisy.slice(0, length);
}

const stringKey = (random: Seeded) => `string:${random.below(6)}`;

function fillStrings({ harness: { client } }: Saving, random: Seeded): void {
  for (let key = 0; key < 6; key++) {
    client.send(["SELECT", random.below(2)]);
    client.send(["SET", `string:${key}`, longText(random)]);
  }
  client.send(["SELECT", 0]);
  client.takeReplies();
}

function drawString(random: Seeded): string[] {
  const key = stringKey(random), other = stringKey(random), offset = random.below(LONGEST);
  return random.pick<() => Words>([
    () => ["APPEND", key, random.chance(0.1) ? longText(random) : "some more"],
    () => ["SETRANGE", key, offset, "something else"],
    () => ["SETBIT", key, offset * 8, random.below(2)],
    () => ["BITFIELD", key, "INCRBY", "u8", offset, 1],
    () => ["BITOP", random.pick(["NOT", "OR"]), other, key],
    () => ["SET", key, longText(random)],
    () => ["SET", key, "short", "KEEPTTL"],
    () => [random.pick(["DEL", "UNLINK", "GETDEL"]), key],
    () => [random.pick(["RENAME", "RENAMENX"]), key, other],
    () => ["COPY", key, other, "REPLACE"],
    () => random.chance(0.3) ? ["MOVE", key, 1] : ["GETRANGE", key, 0, 5],
    () => [random.pick(["PEXPIRE", "PEXPIREAT"]), key, random.pick([1, 50, 3000])],
    () => ["PFADD", key, "a"],
    () => ["SELECT", random.below(2)],
    () => random.chance(0.3) ? [random.pick(["FLUSHALL", "FLUSHDB"]), "ASYNC"] : ["SWAPDB", 0, 1],
    () => random.chance(0.5) ? ["FLUSHALL", "SYNC"] : ["SADD", key, "m"],
  ])().map(String);
}

Deno.test("long strings that change while they are written in pieces are as they were", async () => {
  let slices = 0, waited = 0;
  await forEachSeed(60, (random) => {
    const subject = { fill: fillStrings, draw: drawString, elements: [2, 10, 100] };
    const [count, bytes] = takesOneInstant(random, subject);
    slices += count;
    waited = Math.max(waited, bytes);
  });
  assert(slices > 300, `${slices} slices`);
  assert(waited > 10, `${waited} bytes waited`);
});

Deno.test("a long string is written to its end after everything was flushed, its memory used again", () => {
  for (let key = 0; key < 20; key++) { // one of them in the last bucket of the table
    using saving = new Saving({ seed: key, config: { save: "" } });
    const { harness: { client, keyspace } } = saving, name = `string:${key}`;
    client.run(["SET", name, "old!".repeat(5000)]);
    const expected = saving.digest();
    let flushed = false;
    takeWhile(saving, { elements: 2, piecesFrom: 10 }, () => true, ({ keysWritten }) => {
      if (flushed || keysWritten === 0) return; // it has yet to begin
      flushed = true;
      client.run("FLUSHALL SYNC");
      for (let other = 0; other < 4; other++) client.run(["SET", other, "new!".repeat(5000)]);
    });
    using other = new Saving({ folder: saving.folder });
    other.loader.loadNow(saving.path);
    assertEquals(other.digest(), expected, name);
    client.run("FLUSHALL SYNC");
    while (keyspace.graveyard.dig(1000)) { /* until nothing is left */ }
    assertEquals(keyspace.arena.usedBytes, keyspace.startupBytes, "everything is given back");
  }
});
