// Commands that change large collections and streams, for whoever writes them meanwhile.
import type { Saving } from "../persistence/saving.ts";
import type { Seeded } from "../support/seeded.ts";

const TYPES = ["list", "set", "zset", "hash", "stream"] as const;
const KEYS_OF_TYPE = 3;
/** So many elements make a large value of any type under {@link LIMITS}. */
const MOST_ELEMENTS = 60;

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
export function draw(random: Seeded): string[] {
  const type = random.pick(TYPES);
  const words = random.chance(0.15) ? keyWords(random) : WORDS[type](random, ownKey(random, type));
  return words.map(String);
}

export function fill({ harness: { client } }: Saving, random: Seeded): void {
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
