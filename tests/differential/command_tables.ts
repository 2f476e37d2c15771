/** What random sequences are made of: one row a syntax, by command group. A new command gets a row here. */

import type { Versions } from "../support/redis_server.ts";
import type { Comparison } from "./compare.ts";

export interface CommandRow {
  syntax: string;
  /** How often it is drawn; 1 without one. */
  weight?: number;
  comparison?: Comparison;
  /** The versions of redis-server that have the command, and answer it as 7.2 does. */
  since?: string;
  before?: string;
  /** Never a word too many or too few: what is said about that differs between versions of Redis. */
  whole?: boolean;
}

const UNORDERED: Comparison = { how: "unordered" };
const TYPE: Comparison = { how: "type" };
const ANSWER: Comparison = { how: "answer" };
const ANY_TIME: Comparison = { how: "near", by: 2000 };
const ANY_SECOND: Comparison = { how: "near", by: 2 };

const EXPIRY = "[EX <seconds>|PX <milliseconds>|EXAT <atSeconds>|PXAT <atMilliseconds>";

const STRING: CommandRow[] = [
  { syntax: "SET <key> <value>", weight: 6 },
  { syntax: `SET <key> <value> [NX|XX] [GET] ${EXPIRY}|KEEPTTL]`, weight: 3 },
  { syntax: `SET <key> <value> ${EXPIRY}|KEEPTTL] [GET] [NX|XX] [NX|XX|GET]` },
  { syntax: "SETNX <key> <value>" },
  { syntax: "SETEX <key> <seconds> <value>" },
  { syntax: "PSETEX <key> <milliseconds> <value>" },
  { syntax: "GET <key>", weight: 4 },
  { syntax: `GETEX <key> ${EXPIRY}|PERSIST]` },
  { syntax: "GETDEL <key>" },
  { syntax: "GETSET <key> <value>" },
  { syntax: "MGET <key>+" },
  { syntax: "MSET (<key> <value>)+" },
  { syntax: "MSETNX (<key> <value>)+" },
  { syntax: "APPEND <key> <value>", weight: 2 },
  { syntax: "STRLEN <key>" },
  { syntax: "SETRANGE <key> <offset> <value>", weight: 2 },
  { syntax: "GETRANGE <key> <index> <index>" },
  { syntax: "SUBSTR <key> <index> <index>" },
  { syntax: "INCR <key>", weight: 2 },
  { syntax: "DECR <key>" },
  { syntax: "INCRBY <key> <integer>", weight: 2 },
  { syntax: "DECRBY <key> <integer>" },
  { syntax: "INCRBYFLOAT <key> <float>", weight: 2 },
  { syntax: "LCS <key> <key> [LEN] [IDX] [MINMATCHLEN <length>] [WITHMATCHLEN]" },
];

const RANGE = "[<index> <index> [BYTE|BIT|x]]";
const OVERFLOW = "[OVERFLOW (WRAP|SAT|FAIL|x)]";
const FIELD = `${OVERFLOW} (GET <bitField> <fieldOffset>|SET <bitField> <fieldOffset> <integer>` +
  "|INCRBY <bitField> <fieldOffset> <integer>)";

const BITMAP: CommandRow[] = [
  { syntax: "SETBIT <key> <bitOffset> <bit>", weight: 4 },
  { syntax: "GETBIT <key> <bitOffset>", weight: 2 },
  { syntax: `BITCOUNT <key> ${RANGE}`, weight: 2, before: "7.4" },
  {
    syntax: `BITPOS <key> <bit> [<index> ${RANGE.replace("<index> ", "")}]`,
    weight: 2,
    before: "7.4",
  },
  { syntax: "BITOP (AND|OR|XOR) <key> <key>+", weight: 2 },
  { syntax: "BITOP NOT <key> <key> [<key>]" },
  { syntax: `BITFIELD <key> (${FIELD})+`, weight: 4 },
  { syntax: "BITFIELD_RO <key> (GET <bitField> <fieldOffset>)*" },
];

const SIDE = "(LEFT|RIGHT|left|x)";

/** No command of a sequence may wait: timeouts are short, or refused. */
const LIST: CommandRow[] = [
  { syntax: "(LPUSH|RPUSH) <key> <element>+", weight: 8 },
  { syntax: "(LPUSHX|RPUSHX) <key> <element>+", weight: 2 },
  { syntax: "(LPOP|RPOP) <key>", weight: 2 },
  { syntax: "(LPOP|RPOP) <key> <count>", weight: 2 },
  { syntax: "LRANGE <key> <index> <index>", weight: 3 },
  { syntax: "LRANGE <key> 0 -1", weight: 3 },
  { syntax: "LINDEX <key> <index>", weight: 2 },
  { syntax: "LINSERT <key> (BEFORE|AFTER|x) <element> <element>", weight: 3 },
  { syntax: "LLEN <key>" },
  { syntax: "LREM <key> <index> <element>", weight: 2, before: "7.4" },
  { syntax: "LSET <key> <listIndex> <element>", weight: 3 },
  { syntax: "LTRIM <key> <index> <index>" },
  {
    syntax: "LPOS <key> <element> [RANK <rank>] [COUNT <count>] [MAXLEN <count>]",
    weight: 2,
  },
  { syntax: `LMOVE <key> <key> ${SIDE} ${SIDE}`, weight: 3 },
  { syntax: "RPOPLPUSH <key> <key>", weight: 2 },
  { syntax: `LMPOP <numkeys> <key>+ ${SIDE} [COUNT <count>]`, weight: 2 },
  { syntax: "(BLPOP|BRPOP) <key>+ <timeout>" },
  { syntax: `BLMOVE <key> <key> ${SIDE} ${SIDE} <timeout>` },
  { syntax: "BRPOPLPUSH <key> <key> <timeout>" },
  { syntax: `BLMPOP <timeout> <numkeys> <key>+ ${SIDE} [COUNT <count>]` },
];

const ORDER = "[ALPHA] [ASC|DESC]";
const GETS = "[GET <sortPattern>]*";

/**
 * Elements that are numbers, keys that patterns name. Not in the sequences: what leaves elements of
 * sets in the order in which their hash table happens to keep them, and sorted sets, which Redis
 * gives another encoding when it sorts them.
 */
const SORT: CommandRow[] = [
  { syntax: "RPUSH <key> <index>+", weight: 8 },
  { syntax: "MSET (<key> <weightFloat>)+", weight: 2 },
  { syntax: "SET <key> <weightFloat>" },
  { syntax: "DEL <key>" },
  { syntax: "HSET <key> (<field> <index>)+", weight: 3 },
  { syntax: "SADD <key> <index>+", weight: 3 },
  { syntax: `SORT <key> ${ORDER} [LIMIT <index> <index>] [STORE <key>]`, weight: 5 },
  { syntax: `SORT <key> ${ORDER} ${GETS} [LIMIT <index> <index>] [STORE <key>]`, weight: 4 },
  { syntax: `SORT <key> BY <byPattern> [DESC] ${GETS} [STORE <key>]`, weight: 5 },
  { syntax: `SORT <key> BY <byPattern> LIMIT <index> <index> [DESC] ${GETS}`, weight: 3 },
  { syntax: `SORT_RO <key> ${ORDER} ${GETS} [LIMIT <index> <index>] [STORE <key>]` },
  // Of a command without arguments 7.0 says something else.
  {
    syntax: `COMMAND GETKEYS SORT <key> ${ORDER} ${GETS} [STORE <key>] [STORE <key>]`,
    whole: true,
  },
];

const GENERIC: CommandRow[] = [
  { syntax: "DEL <key>+" },
  { syntax: "UNLINK <key>+" },
  { syntax: "EXISTS <key>+" },
  { syntax: "TOUCH <key>+" },
  { syntax: "TYPE <key>" },
  { syntax: "COPY <key> <key> [DB <db>] [REPLACE]", weight: 2 },
  { syntax: "MOVE <key> <db>" },
  { syntax: "RENAME <key> <key>", weight: 2 },
  { syntax: "RENAMENX <key> <key>" },
  { syntax: "RANDOMKEY", comparison: TYPE },
  { syntax: "KEYS <pattern>", comparison: UNORDERED },
  { syntax: "SCAN 0 [MATCH <pattern>] COUNT 100000 [TYPE <type>]", comparison: UNORDERED },
  { syntax: "EXPIRE <key> <seconds> [NX|XX|GT|LT] [NX|XX|GT|LT]", weight: 2 },
  { syntax: "PEXPIRE <key> <milliseconds> [NX|XX|GT|LT]" },
  { syntax: "EXPIREAT <key> <atSeconds> [NX|XX|GT|LT]" },
  { syntax: "PEXPIREAT <key> <atMilliseconds> [NX|XX|GT|LT]" },
  { syntax: "EXPIRETIME <key>", comparison: ANY_SECOND },
  { syntax: "PEXPIRETIME <key>", comparison: ANY_TIME },
  { syntax: "TTL <key>", comparison: ANY_SECOND },
  { syntax: "PTTL <key>", comparison: ANY_TIME },
  { syntax: "PERSIST <key>" },
  { syntax: "OBJECT ENCODING <key>", weight: 3 },
  { syntax: "OBJECT (IDLETIME|FREQ) <key>", comparison: TYPE },
];

const SERVER: CommandRow[] = [
  { syntax: "DBSIZE", weight: 2 },
  { syntax: "SELECT <db>" },
  { syntax: "SWAPDB <db> <db>" },
  { syntax: "PING [<text>] [<text>]" },
  { syntax: "ECHO <text>" },
  { syntax: "CLIENT (SETNAME <name>|GETNAME)" },
  { syntax: "DEBUG DIGEST-VALUE <key>*", weight: 2 },
  {
    syntax:
      "COMMAND GETKEYS (SET <key> <value>|MGET <key> <key>+|MSET (<key> <value>)+|PING x y|x y z)",
  },
  { syntax: "TIME", comparison: TYPE },
  { syntax: "FLUSHDB [SYNC|x]" },
];

const NEAR: Comparison = { how: "near", by: 5000 };
/** Since 7.2 a consumer that finds nothing to read is a consumer all the same. */
const CONSUMERS_MAY_DIFFER: Comparison = { how: "near", by: 3 };
const TRIM = "(MAXLEN|MINID) [=|~] <streamId>";

/** No automatic IDs: they tell the time. */
const STREAM: CommandRow[] = [
  { syntax: "XADD <key> <streamId> (<entryField> <value>)+", weight: 14 },
  { syntax: "XADD <key> <milliseconds2>-* (<entryField> <value>)+", weight: 8 },
  {
    syntax: `XADD <key> [NOMKSTREAM] [${TRIM} [LIMIT <count>]] <streamId> <entryField> <value>`,
    weight: 3,
  },
  { syntax: "XLEN <key>" },
  { syntax: "XRANGE <key> <rangeId> <rangeId> [COUNT <count>]", weight: 4 },
  { syntax: "XREVRANGE <key> <rangeId> <rangeId> [COUNT <count>]", weight: 4 },
  { syntax: "XDEL <key> <streamId>+", weight: 3 },
  { syntax: `XTRIM <key> ${TRIM} [LIMIT <count>]`, weight: 2 },
  {
    syntax: "XREAD [COUNT <count>] STREAMS <key> <key> <afterId> <afterId>",
    weight: 2,
    whole: true,
  },
  {
    syntax: "XGROUP CREATE <key> <group> (<streamId>|$) [MKSTREAM] [ENTRIESREAD <count>]",
    weight: 4,
  },
  { syntax: "XGROUP SETID <key> <group> (<streamId>|$) [ENTRIESREAD <count>]" },
  { syntax: "XGROUP DESTROY <key> <group>" },
  { syntax: "XGROUP CREATECONSUMER <key> <group> <consumer>", comparison: CONSUMERS_MAY_DIFFER },
  { syntax: "XGROUP DELCONSUMER <key> <group> <consumer>" },
  {
    syntax: "XREADGROUP GROUP <group> <consumer> [COUNT <count>] [NOACK] STREAMS <key> <readId>",
    weight: 8,
    whole: true,
  },
  { syntax: "XACK <key> <group> <streamId>+", weight: 2 },
  {
    syntax:
      "XCLAIM <key> <group> <consumer> 0 <streamId>+ [RETRYCOUNT <count>] [FORCE] [JUSTID] [LASTID <streamId>]",
    weight: 3,
  },
  { syntax: "XAUTOCLAIM <key> <group> <consumer> 0 <rangeId> [COUNT <count>] [JUSTID]", weight: 2 },
  { syntax: "XPENDING <key> <group>" },
  {
    syntax: "XPENDING <key> <group> [IDLE 0] <rangeId> <rangeId> <count> [<consumer>]",
    weight: 2,
    comparison: NEAR,
  },
  { syntax: "XINFO STREAM <key>", weight: 2 },
  {
    syntax: "XINFO STREAM <key> FULL [COUNT <count>]",
    comparison: { how: "instants" },
    since: "7.2",
    before: "8.0",
  },
  // 8.0 reckons what was read and what is left otherwise.
  { syntax: "XINFO GROUPS <key>", weight: 2, comparison: CONSUMERS_MAY_DIFFER, before: "8.0" },
  { syntax: "CONFIG SET stream-node-max-entries (2|5|100)", whole: true },
];

const TRANSACTIONS: CommandRow[] = [
  { syntax: "MULTI", weight: 6 },
  { syntax: "EXEC", weight: 6 },
  { syntax: "DISCARD" },
  { syntax: "WATCH <key>+", weight: 3 },
  { syntax: "UNWATCH" },
  { syntax: "SELECT <db>" },
  { syntax: "SWAPDB <db> <db>" },
  { syntax: "FLUSHDB" },
  { syntax: "NOSUCHCOMMAND <key>" },
];

/**
 * In a transaction every reply has to be exactly the same. Not BITFIELD: where it lets a string grow
 * though each of its steps fails, the key is a changed one for WATCH here, but not in Redis.
 */
const EXACT_ROWS = [...STRING, ...BITMAP, ...GENERIC]
  .filter((row) => row.comparison === undefined && !row.syntax.startsWith("BITFIELD "));

const SET: CommandRow[] = [
  { syntax: "SADD <key> <member>+", weight: 8 },
  { syntax: "SREM <key> <member>+", weight: 3 },
  { syntax: "SMOVE <key> <key> <member>", weight: 2 },
  { syntax: "SISMEMBER <key> <member>" },
  { syntax: "SMISMEMBER <key> <member>+" },
  { syntax: "SCARD <key>", weight: 2 },
  { syntax: "SMEMBERS <key>", comparison: UNORDERED },
  { syntax: "SRANDMEMBER <key> [<count>]", comparison: TYPE },
  { syntax: "SINTER <key>+", comparison: UNORDERED, weight: 2 },
  { syntax: "SINTERSTORE <key> <key>+", weight: 2 },
  { syntax: "SINTERCARD (1 <key>|2 <key> <key>|3 <key> <key>|0 <key>) [LIMIT <count>]", weight: 2 },
  { syntax: "SUNION <key>+", comparison: UNORDERED, weight: 2 },
  { syntax: "SUNIONSTORE <key> <key>+", weight: 2 },
  { syntax: "SDIFF <key>+", comparison: UNORDERED, weight: 2 },
  { syntax: "SDIFFSTORE <key> <key>+", weight: 2 },
  { syntax: "SSCAN <key> 0 [MATCH <pattern>] COUNT 100000", comparison: UNORDERED },
  { syntax: "SSCAN <key> (0|x) (COUNT <count>|BOGUS)", comparison: TYPE },
];

const JOIN = "[WEIGHTS <weight> <weight>] [AGGREGATE (SUM|MIN|MAX)]";
const JOINED = "(2 <key> <key>|2 <key> <key>|2 <key> <key>|1 <key>|0 <key>|x <key>)";

const SORTED_SET: CommandRow[] = [
  { syntax: "ZADD <key> (<score> <member>)+", weight: 12 },
  {
    syntax: "ZADD <key> [NX|XX] [GT|LT] [CH] [INCR] <score> <member> [<score> <member>]",
    weight: 5,
  },
  { syntax: "ZINCRBY <key> <score> <member>", weight: 3 },
  { syntax: "SADD <key> <member>+", weight: 2 },
  { syntax: "ZREM <key> <member>+", weight: 2 },
  { syntax: "ZCARD <key>" },
  { syntax: "ZSCORE <key> <member>" },
  { syntax: "ZMSCORE <key> <member>+" },
  // 7.2 takes another word.
  { syntax: "(ZRANK|ZREVRANK) <key> <member>", weight: 2, whole: true },
  { syntax: "ZCOUNT <key> <scoreBound> <scoreBound>" },
  { syntax: "ZRANGE <key> <index> <index> [REV] [WITHSCORES] [LIMIT <index> <index>]", weight: 2 },
  {
    syntax:
      "ZRANGE <key> <scoreBound> <scoreBound> BYSCORE [REV] [LIMIT <index> <index>] [WITHSCORES]",
    weight: 2,
  },
  { syntax: "(ZRANGEBYSCORE|ZREVRANGEBYSCORE) <key> <scoreBound> <scoreBound> [WITHSCORES]" },
  { syntax: "ZREVRANGE <key> <index> <index> [WITHSCORES]" },
  { syntax: "ZRANGESTORE <key> <key> <scoreBound> <scoreBound> BYSCORE [LIMIT <index> <index>]" },
  { syntax: "ZRANGESTORE <key> <key> <index> <index> [REV]" },
  { syntax: "ZREMRANGEBYRANK <key> <index> <index>" },
  { syntax: "ZREMRANGEBYSCORE <key> <scoreBound> <scoreBound>" },
  // Ranges of members mean something only where all scores are the same.
  { syntax: "ZADD lex (0 <member>)+", weight: 3 },
  {
    syntax: "ZRANGE lex <memberBound> <memberBound> BYLEX [REV] [LIMIT <index> <index>]",
    weight: 2,
  },
  {
    syntax: "(ZRANGEBYLEX|ZREVRANGEBYLEX|ZLEXCOUNT|ZREMRANGEBYLEX) lex <memberBound> <memberBound>",
  },
  { syntax: `(ZUNION|ZINTER) ${JOINED} ${JOIN} [WITHSCORES]`, weight: 3 },
  { syntax: `(ZUNIONSTORE|ZINTERSTORE) <key> ${JOINED} ${JOIN}`, weight: 3 },
  { syntax: `ZDIFF ${JOINED} [WITHSCORES]` },
  { syntax: `ZDIFFSTORE <key> ${JOINED}` },
  { syntax: `ZINTERCARD ${JOINED} [LIMIT <count>]` },
  { syntax: "(ZPOPMIN|ZPOPMAX) <key> [<count>]", weight: 2 },
  { syntax: "ZMPOP (1 <key>|2 <key> <key>|0 <key>) (MIN|MAX) [COUNT <count>]" },
  { syntax: "(BZPOPMIN|BZPOPMAX) <key> <key> <timeout>" },
  { syntax: "BZMPOP <timeout> (1 <key>|2 <key> <key>) (MIN|MAX) [COUNT <count>]" },
  { syntax: "ZRANDMEMBER <key> [<count>] [WITHSCORES]", comparison: TYPE },
  { syntax: "ZSCAN <key> 0 [MATCH <pattern>] COUNT 100000", comparison: UNORDERED },
  { syntax: "ZSCAN <key> (0|x) (COUNT <count>|BOGUS)", comparison: TYPE },
];

const HASH: CommandRow[] = [
  { syntax: "HSET <key> (<field> <fieldValue>)+", weight: 6 },
  { syntax: "HMSET <key> (<field> <fieldValue>)+" },
  { syntax: "HSETNX <key> <field> <fieldValue>" },
  { syntax: "HGET <key> <field>", weight: 2 },
  { syntax: "HMGET <key> <field>+" },
  { syntax: "HDEL <key> <field>+", weight: 3 },
  { syntax: "HLEN <key>" },
  { syntax: "HSTRLEN <key> <field>" },
  { syntax: "HEXISTS <key> <field>" },
  { syntax: "HGETALL <key>", comparison: UNORDERED, weight: 2 },
  { syntax: "HKEYS <key>", comparison: UNORDERED },
  { syntax: "HVALS <key>", comparison: UNORDERED },
  { syntax: "HINCRBY <key> <field> <integer>", weight: 2 },
  { syntax: "HINCRBYFLOAT <key> <field> <float>", weight: 2 },
  { syntax: "HRANDFIELD <key> [<count> [WITHVALUES|x]]", comparison: TYPE },
  { syntax: "HSCAN <key> 0 [MATCH <pattern>] COUNT 100000", comparison: UNORDERED },
];

const FIELDS = "FIELDS (1 <field>|2 <field> <field>|3 <field> <field> <field>|<count> <field>+)";
const PAIRS = "FIELDS (1 <field> <fieldValue>|2 <field> <fieldValue> <field> <fieldValue>" +
  "|<count> (<field> <fieldValue>)+)";
const IF = "[NX|XX|GT|LT]";
const FIELD_TIME = "(EX <seconds>|PX <milliseconds>|EXAT <atSeconds>|PXAT <atMilliseconds>)";

/** Fields that expire, which came with 7.4 and 8.0. */
const FIELD_EXPIRY: CommandRow[] = [
  { syntax: `HEXPIRE <key> <seconds> ${IF} ${FIELDS}`, weight: 3 },
  { syntax: `HPEXPIRE <key> <milliseconds> ${IF} ${FIELDS}`, weight: 2 },
  { syntax: `HEXPIREAT <key> <atSeconds> ${IF} ${FIELDS}`, weight: 2 },
  { syntax: `HPEXPIREAT <key> <atMilliseconds> ${IF} ${FIELDS}`, weight: 2 },
  { syntax: `(HTTL|HEXPIRETIME) <key> ${FIELDS}`, comparison: ANY_SECOND },
  { syntax: `(HPTTL|HPEXPIRETIME) <key> ${FIELDS}`, comparison: ANY_TIME },
  { syntax: `HPERSIST <key> ${FIELDS}` },
  { syntax: "HSCAN <key> 0 [NOVALUES] [MATCH <pattern>] COUNT 100000", comparison: UNORDERED },
].map((row) => ({ ...row, since: "7.4" }));
/**
 * Options stand before the fields, as 8.0 wants it; newer versions take them in any order, and this
 * server has their words for what is wrong.
 */
const FIELD_EXPIRY_8_0: CommandRow[] = [
  { syntax: `HGETDEL <key> ${FIELDS}`, weight: 2 },
  { syntax: `HGETEX <key> [${FIELD_TIME}|PERSIST|x] ${FIELDS}`, weight: 3, comparison: ANSWER },
  { syntax: `HGETEX <key> ${FIELD_TIME} [PERSIST|${FIELD_TIME}] ${FIELDS}`, comparison: ANSWER },
  {
    syntax: `HSETEX <key> [FNX|FXX] [${FIELD_TIME}|KEEPTTL] ${PAIRS}`,
    weight: 5,
    comparison: ANSWER,
  },
  {
    syntax: `HSETEX <key> [${FIELD_TIME}|KEEPTTL] [FNX|FXX|NX] [KEEPTTL] ${PAIRS}`,
    comparison: ANSWER,
  },
].map((row) => ({ ...row, since: "8.0" }));

/** Also on strings that are none, and on such as other commands wrote into. */
const HYPERLOGLOG: CommandRow[] = [
  { syntax: "PFADD <key> <value>*", weight: 8 },
  { syntax: "PFCOUNT <key>", weight: 3 },
  { syntax: "PFCOUNT <key>+", weight: 2 },
  { syntax: "PFMERGE <key> <key>*", weight: 3 },
  { syntax: "PFDEBUG (ENCODING|DECODE|GETREG|TODENSE|x) <key>" },
  { syntax: "CONFIG SET hll-sparse-max-bytes (0|60|3000)" },
  { syntax: "GET <key>", weight: 2 },
];

const CENTER = "(FROMMEMBER <place>|FROMLONLAT <longitude> <latitude>)";
const SHAPE = "(BYRADIUS <radius> <unit>|BYBOX <radius> <radius> <unit>)";
const NEAREST = "[ASC|DESC] [COUNT <count> [ANY]]";
const WITH = "[WITHDIST] [WITHHASH] [WITHCOORD]";

/** Not STOREDIST: the last digit of one distance in some hundreds is another one than in Redis. */
const GEO: CommandRow[] = [
  { syntax: "GEOADD <key> [NX|XX] [CH] (<longitude> <latitude> <place>)+", weight: 8 },
  { syntax: "GEOPOS <key> <place>*", weight: 2 },
  { syntax: "GEOHASH <key> <place>*" },
  { syntax: "GEODIST <key> <place> <place> [<unit>]", weight: 2 },
  { syntax: `GEOSEARCH <key> ${CENTER} ${SHAPE} ${NEAREST} ${WITH}`, weight: 8 },
  { syntax: `GEOSEARCHSTORE <key> <key> ${CENTER} ${SHAPE} ${NEAREST} [WITHDIST]`, weight: 2 },
  { syntax: `GEORADIUS <key> <longitude> <latitude> <radius> <unit> ${WITH} ${NEAREST}` },
  { syntax: `GEORADIUS <key> <longitude> <latitude> <radius> <unit> ${NEAREST} STORE <key>` },
  { syntax: `GEORADIUSBYMEMBER <key> <place> <radius> <unit> ${WITH} ${NEAREST} [STORE <key>]` },
  { syntax: `GEORADIUS_RO <key> <longitude> <latitude> <radius> <unit> ${WITH} ${NEAREST}` },
  { syntax: `GEORADIUSBYMEMBER_RO <key> <place> <radius> <unit> ${WITH} ${NEAREST}` },
];

/** Encodings differ by version: the data is compared at the end with that in mind. */
const GENERIC_BUT_ENCODING = GENERIC.filter(({ syntax }) => syntax !== "OBJECT ENCODING <key>");

/** The sequences that are run: a name, and the rows they draw from. */
export const SEQUENCES: Record<string, CommandRow[]> = {
  strings: [...STRING, ...GENERIC],
  bitmaps: [...BITMAP, ...STRING.filter(({ syntax }) => /^(SET|GET|INCR|SETRANGE) /.test(syntax))],
  sorting: SORT,
  lists: [
    ...LIST,
    ...LIST,
    ...STRING.slice(0, 1),
    ...GENERIC.filter(({ syntax }) => syntax !== "OBJECT ENCODING <key>"),
  ],
  sets: [...SET, ...SET, ...STRING.slice(0, 1), ...GENERIC_BUT_ENCODING],
  sortedSets: [
    ...SORTED_SET,
    ...SORTED_SET,
    ...STRING.slice(0, 1),
    ...GENERIC_BUT_ENCODING,
  ],
  geo: [...GEO, ...GEO, ...STRING.slice(0, 1), ...GENERIC],
  hyperloglogs: [
    ...HYPERLOGLOG,
    ...HYPERLOGLOG,
    ...STRING.filter(({ syntax }) => /^(SET <key> <value>$|APPEND|GETDEL)/.test(syntax)),
    ...GENERIC,
  ],
  hashes: [...HASH, ...HASH, ...STRING.slice(0, 1), ...GENERIC],
  expiringFields: [
    ...HASH,
    ...HASH,
    ...FIELD_EXPIRY,
    ...FIELD_EXPIRY,
    ...FIELD_EXPIRY_8_0,
    ...FIELD_EXPIRY_8_0,
    ...GENERIC,
  ],
  streams: [...STREAM, ...STREAM, ...STRING.slice(0, 1), { syntax: "DEL <key>" }, {
    syntax: "COPY <key> <key> [REPLACE]",
  }],
  transactions: [...TRANSACTIONS, ...TRANSACTIONS, ...EXACT_ROWS],
  keys: [...GENERIC, ...SERVER, ...STRING.slice(0, 3)],
};

/** From 8.0 on coordinates are printed in other digits, and numbers to sort by are read in another way. */
export const SEQUENCE_VERSIONS: Record<string, Versions> = {
  geo: { before: "8.0" },
  sorting: { before: "8.0" },
};
