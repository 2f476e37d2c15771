/** What commands leave in the append-only file, beside what redis-server writes for the same commands. */

import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { latin1 as textOf } from "../../src/base/bytes.ts";
import { startMiniredis } from "../support/miniredis_server.ts";
import { parseReply, type Reply } from "../support/reply.ts";
import { startRedis, testWithRedis } from "../support/redis_server.ts";
import { RespClient } from "../support/resp_client.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { splitWords } from "../support/words.ts";

/**
 * Lines of one family. `2> ` is sent by a second client whose reply is read at the end of the family,
 * `sleep 20` waits for milliseconds.
 */
const FAMILIES: Record<string, string[]> = {
  "plain writes": ["SET k v", "APPEND k w", "SETRANGE k 3 xyz", "DEL k nothing", "DEL nothing"],
  "databases": ["SELECT 2", "SET a 1", "SET b 2", "SELECT 0", "SET c 3", "MOVE c 2", "SWAPDB 0 2"],
  "expiries of SET": [
    "SET k v EX 100",
    "SET k v PX 100000",
    "SET k v PXAT 33177117420000",
    "SET k v EXAT 33177117420",
    "SET k v KEEPTTL",
    "SETEX k 100 v",
    "PSETEX k 100000 v",
    "SET k v EX 100 NX",
    "SET k v EX 100 XX GET",
    "SET k v GET",
    "SET k v NX",
    "SETNX k2 v",
    "SETNX k2 v",
    "GETSET k2 w",
    "MSET a 1 b 2",
    "MSETNX c 1 d 2",
    "MSETNX c 1 e 2",
  ],
  "GETEX and GETDEL": [
    "SET k v",
    "GETEX k EX 100",
    "GETEX k PX 100000",
    "GETEX k EXAT 33177117420",
    "GETEX k PXAT 33177117420000",
    "GETEX k PERSIST",
    "GETEX k",
    "GETEX k EXAT 1",
    "SET k v",
    "GETDEL k",
    "GETDEL k",
  ],
  "expiries": [
    "SET k v",
    "EXPIRE k 100",
    "EXPIRE k 200 GT",
    "EXPIRE k 100 GT",
    "PEXPIRE k 100000",
    "EXPIREAT k 33177117420",
    "PEXPIREAT k 33177117420000",
    "PERSIST k",
    "PERSIST k",
    "EXPIRE k 100 NX",
    "EXPIRE nothing 100",
    "EXPIRE k -1",
    "SET k v",
    "PEXPIREAT k 1",
  ],
  "a key that is over": [
    "SET k v PX 15",
    "sleep 40",
    "GET k",
    "SET k v PX 15",
    "sleep 40",
    "APPEND k w",
  ],
  "numbers": [
    "INCR n",
    "INCRBY n 5",
    "DECR n",
    "INCRBYFLOAT n 0.5",
    "INCRBYFLOAT n 1e2",
    "HINCRBY h f 3",
    "HINCRBYFLOAT h f 0.25",
    "SET t 1 EX 100",
    "INCRBYFLOAT t 1.5",
  ],
  "sets": [
    "SADD s a",
    "SPOP s",
    "SADD s a b c",
    "SPOP s 5",
    "SADD s a b c",
    "SPOP s 0",
    "SREM s a nothing",
    "SREM s nothing",
    "SMOVE s other b",
    "SADD p 1 2",
    "SADD q 2 3",
    "SUNIONSTORE u p q",
    "SINTERSTORE i p q",
    "SDIFFSTORE d p p",
  ],
  "lists": [
    "RPUSH l a b c d e f",
    "LPOP l",
    "RPOP l 2",
    "LMPOP 2 nothing l LEFT",
    "LMPOP 1 l RIGHT COUNT 10",
    "LMPOP 1 l RIGHT",
    "RPUSH l a b c",
    "LMOVE l m LEFT RIGHT",
    "RPOPLPUSH l m",
    "LPUSHX nothing a",
    "LINSERT l BEFORE c x",
    "LINSERT l BEFORE nothing x",
    "LSET m 0 y",
    "LREM m 0 nothing",
    "LREM m 0 y",
    "LTRIM m 0 0",
  ],
  "blocking commands that find something": [
    "RPUSH l a b c d e f g h",
    "BLPOP nothing l 0",
    "BRPOP l 0",
    "BLMOVE l m LEFT RIGHT 0",
    "BRPOPLPUSH l m 0",
    "BLMPOP 0 1 l LEFT COUNT 2",
    "ZADD z 1 a 2 b 3 c 4 d",
    "BZPOPMIN z 0",
    "BZPOPMAX z 0",
    "BZMPOP 0 1 z MIN COUNT 5",
  ],
  "clients that waited": [
    "2> BLPOP w 0",
    "sleep 20",
    "RPUSH w a",
    "2> BRPOP w 0",
    "sleep 20",
    "RPUSH w a b c",
    "2> BLMOVE w2 m LEFT RIGHT 0",
    "sleep 20",
    "RPUSH w2 a",
    "2> BRPOPLPUSH w2 m 0",
    "sleep 20",
    "LPUSH w2 a",
    "2> BLMPOP 0 1 w2 RIGHT COUNT 2",
    "sleep 20",
    "RPUSH w2 a b c",
    "2> BZPOPMIN zw 0",
    "sleep 20",
    "ZADD zw 1 a",
    "2> BZMPOP 0 1 zw MAX COUNT 2",
    "sleep 20",
    "ZADD zw 1 a 2 b 3 c",
    "2> BLPOP w3 0",
    "sleep 20",
    "MULTI",
    "RPUSH w3 a",
    "RPUSH w3 b",
    "EXEC",
  ],
  "sorted sets": [
    "ZADD z 1 a 2 b 3 c",
    "ZADD z 1 a",
    "ZADD z INCR 2.5 a",
    "ZINCRBY z 0.5 b",
    "ZPOPMIN z",
    "ZPOPMAX z 1",
    "ZPOPMIN z 5",
    "ZADD z 1 a 2 b 3 c 4 d",
    "ZMPOP 2 nothing z MIN",
    "ZMPOP 1 z MAX COUNT 2",
    "ZRANGESTORE r z 0 -1",
    "ZUNIONSTORE u 2 z r WEIGHTS 2 3",
    "ZREMRANGEBYSCORE z -inf +inf",
    "ZREMRANGEBYRANK u 0 0",
    "ZREM r nothing",
  ],
  "hashes": [
    "HSET h a 1 b 2",
    "HSETNX h a 2",
    "HSETNX h c 2",
    "HMSET h d 4",
    "HDEL h a nothing",
    "HDEL h nothing",
  ],
  "streams": [
    "XADD s 1-1 f v",
    "XADD s 1-* f v",
    "XADD s MAXLEN ~ 100 2-1 f v",
    "XADD s MAXLEN = 2 3-1 f v",
    "XADD s NOMKSTREAM MINID 2 4-1 f v",
    "XTRIM s MAXLEN ~ 1",
    "XTRIM s MAXLEN 2",
    "XDEL s 3-1 9-9",
    "XSETID s 9-9",
    "XSETID s 9-9 ENTRIESADDED 20 MAXDELETEDID 3-1",
    "XADD s 10-1 f v",
    "XADD s 10-2 f v",
    "XGROUP CREATE s g 0",
    "XGROUP CREATE s h $ MKSTREAM",
    "XGROUP CREATECONSUMER s g c0",
    "XGROUP CREATECONSUMER s g c0",
    "XREADGROUP GROUP g c1 COUNT 1 STREAMS s >",
    "XREADGROUP GROUP g c1 COUNT 1 NOACK STREAMS s >",
    "XREADGROUP GROUP g c1 STREAMS s 0",
    "XREADGROUP GROUP g c2 STREAMS s >",
    "XREADGROUP GROUP g c3 STREAMS s >",
    "XCLAIM s g c3 0 4-1 10-1",
    "XCLAIM s g c4 0 4-1 IDLE 5 RETRYCOUNT 7 JUSTID",
    "XAUTOCLAIM s g c5 0 0 COUNT 10",
    "XAUTOCLAIM s g c6 0 0 COUNT 10 JUSTID",
    "XACK s g 4-1 9-9",
    "XACK s g 9-9",
    "XGROUP SETID s g 4-1 ENTRIESREAD 3",
    "XGROUP DELCONSUMER s g c5",
    "XGROUP DESTROY s h",
    "XGROUP DESTROY s h",
  ],
  "readers that waited": [
    "XGROUP CREATE rs g $ MKSTREAM",
    "2> XREADGROUP GROUP g c BLOCK 0 STREAMS rs >",
    "sleep 20",
    "XADD rs 1-1 f v",
    "2> XREAD BLOCK 0 STREAMS rs $",
    "sleep 20",
    "XADD rs 1-2 f v",
  ],
  "keys": [
    "SET a 1 EX 100",
    "COPY a b",
    "COPY a b",
    "COPY a b REPLACE",
    "COPY a c DB 3",
    "RENAME a d",
    "RENAMENX d b",
    "RENAMENX d e",
    "UNLINK e nothing",
    "TOUCH b",
    "RPUSH l 3 1 2",
    "SORT l",
    "SORT l STORE sorted",
    "SORT nothing STORE sorted",
    "SORT l DESC STORE sorted",
    "FLUSHDB",
    "FLUSHDB ASYNC",
    "SELECT 3",
    "FLUSHALL",
    "SELECT 0",
  ],
  "payloads": [
    "SET v v",
    "RESTORE r 0 <payload>",
    "RESTORE r 100000 <payload> REPLACE",
    "RESTORE r 33177117420000 <payload> ABSTTL REPLACE",
    "RESTORE r 100000 <payload> REPLACE IDLETIME 5",
    "RESTORE r 1 <payload> ABSTTL REPLACE",
    "RESTORE r 1 <payload> ABSTTL",
  ],
  "bits and sketches": [
    "SETBIT b 5 1",
    "SETBIT b 5 1",
    "BITOP NOT c b",
    "BITFIELD b SET u8 0 5 GET u8 0",
    "BITFIELD b GET u8 0",
    "PFADD p a b",
    "PFADD p a",
    "PFADD q c",
    "PFMERGE m p q",
    "PFCOUNT p",
    "PFCOUNT p q",
    "GEOADD g 13.361389 38.115556 Palermo",
    "GEORADIUS g 15 37 200 km STORE near",
    "GEOSEARCHSTORE near g FROMLONLAT 15 37 BYRADIUS 200 km",
  ],
  "transactions": [
    "MULTI",
    "SET a 1",
    "EXEC",
    "MULTI",
    "SET a 1",
    "INCR a",
    "GET a",
    "EXEC",
    "MULTI",
    "SELECT 1",
    "SET a 1",
    "SELECT 0",
    "SET a 1",
    "EXEC",
    "MULTI",
    "GET a",
    "EXEC",
    "MULTI",
    "SET a 1",
    "DISCARD",
    "MULTI",
    "SPOP nothing",
    "SET a 1 EX 100",
    "LPUSH a wrong",
    "EXEC",
  ],
};

/** The lines that each family left in the file. */
type Written = Map<string, string[]>;

/** Runs all families and answers what each left in the file. */
async function run(server: ServerProcess): Promise<Written> {
  using first = await RespClient.connect({ port: server.port });
  using second = await RespClient.connect({ port: server.port });
  await first.send("DEBUG", "SET-ACTIVE-EXPIRE", "0"); // keys that are over are found by commands
  await first.send("SET", "v", "v");
  const payload = textIn(await first.send("DUMP", "v"));
  for (const [name, lines] of Object.entries(FAMILIES)) {
    await first.send("SET", "family", name);
    let waiting = 0;
    for (const line of lines) {
      const pause = /^sleep (\d+)$/.exec(line);
      if (pause !== null) await new Promise((resolve) => setTimeout(resolve, Number(pause[1])));
      else if (!line.startsWith("2> ")) {
        const words = splitWords(line);
        await first.send(...words.map((word) => word === "<payload>" ? payload : word));
      } else {
        await second.write(splitWords(line.slice(3)).join(" ") + "\r\n");
        waiting++;
      }
    }
    for (; waiting > 0; waiting--) await second.reply();
    await first.send("FLUSHALL");
  }
  const folder = join(server.dir, "appendonlydir");
  return byFamily(await Deno.readFile(join(folder, "appendonly.aof.1.incr.aof")));
}

function byFamily(bytes: Uint8Array): Written {
  const families: Written = new Map();
  let current: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const parsed = parseReply(bytes, at);
    if (parsed === null) throw new Error(`half a command: ${textOf(bytes.subarray(at))}`);
    at = parsed.end;
    const words = wordsOf(parsed.reply);
    if (words[1] === "family") families.set(words[2], current = []);
    else current.push(comparable(words));
  }
  return families;
}

function wordsOf(reply: Reply): string[] {
  if (reply.type !== "array") throw new Error(`no command: ${JSON.stringify(reply)}`);
  return reply.items.map(textIn);
}

function textIn(reply: Reply): string {
  if (reply.type !== "bulk") throw new Error(`no string: ${JSON.stringify(reply)}`);
  return reply.text;
}

/** Instants are those of either run; words of a command are in whatever case they came. */
function comparable(words: readonly string[]): string {
  const now = Date.now();
  return words.map((word, i) => {
    const isNow = /^\d{13}$/.test(word) && Math.abs(Number(word) - now) < 300_000;
    if (i === 0 || /^(left|right)$/.test(word)) return word.toUpperCase();
    return isNow ? "<instant>" : /^[\w.:+-]+$/.test(word) ? word : JSON.stringify(word);
  }).join(" ");
}

/**
 * What 7.2, which we follow, writes and 7.0 does not: how far a group has read, after each read; and
 * SELECT within the transaction that needs it.
 */
function asBefore72(lines: readonly string[]): string[] {
  const kept = lines.filter((line, i) =>
    !(/^XGROUP SETID .* ENTRIESREAD/.test(line) && lines[i - 1]?.startsWith("XCLAIM") &&
      lines[i + 1] === "EXEC")
  );
  const result: string[] = [];
  for (let i = 0; i < kept.length; i++) {
    const [line, next, after] = kept.slice(i);
    if (line === "MULTI" && after === "EXEC") {
      result.push(next);
      i += 2;
    } else if (line === "MULTI" && next.startsWith("SELECT")) {
      result.push(next, line);
      i++;
    } else result.push(line);
  }
  return result;
}

testWithRedis(
  "the append-only file says what redis-server's says after the same commands",
  async (t) => {
    const flags = { appendonly: "yes", "enable-debug-command": "yes" };
    await using redis = await startRedis(flags);
    await using ours = await startMiniredis(flags);
    const [theirs, own] = await Promise.all([run(redis), run(ours)]);
    for (const name of Object.keys(FAMILIES)) {
      await t.step(name, () => {
        assertEquals(asBefore72(own.get(name)!), asBefore72(theirs.get(name)!));
      });
    }
  },
);
