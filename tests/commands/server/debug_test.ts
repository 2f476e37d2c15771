import { assert, assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";
import type { Plain } from "../../support/reply.ts";

function harness(allowed = "yes"): EngineHarness {
  return new EngineHarness({ config: { "enable-debug-command": allowed } });
}

Deno.test("DEBUG is refused unless the configuration allows it", () => {
  const { client } = harness("no");
  assertEquals(
    client.refusal("DEBUG SLEEP 0"),
    'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can' +
      " run it from a local connection, otherwise you need to set this option in the configuration" +
      " file, and then restart the server.",
  );
  assertEquals(harness("local").run("DEBUG SLEEP 0"), "OK"); // the harness's clients are local
});

Deno.test("a transaction that queues a forbidden DEBUG is aborted", () => {
  const { client } = harness("no");
  client.run("MULTI");
  client.refusal("DEBUG SLEEP 0");
  assert(client.refusal("EXEC").startsWith("EXECABORT"));
});

Deno.test("DEBUG with an unknown tool or a wrong number of arguments is refused", () => {
  const { client } = harness();
  for (const line of ["DEBUG BOGUS", "DEBUG bogus 1", "DEBUG"]) {
    assert(client.refusal(line).startsWith("ERR "), line);
  }
  assertEquals(
    client.refusal("DEBUG SLEEP"),
    "ERR unknown subcommand or wrong number of arguments for 'SLEEP'. Try DEBUG HELP.",
  );
});

Deno.test("DEBUG SLEEP lets time pass", () => {
  const server = harness();
  const before = server.clock.nowMs();
  assertEquals(server.run("DEBUG SLEEP 1.5"), "OK");
  assertEquals(server.clock.nowMs() - before, 1500);
});

Deno.test("DEBUG DIGEST is equal for equal data, whatever the order of writing", () => {
  const one = harness(), other = harness();
  for (let n = 0; n < 100; n++) {
    one.run(`SET key:${n} ${n}`);
    other.run(`SET key:${99 - n} ${99 - n}`);
  }
  assertEquals(one.run("DEBUG DIGEST"), other.run("DEBUG DIGEST"));
  one.run("SET key:5 6");
  assert(one.run("DEBUG DIGEST") !== other.run("DEBUG DIGEST"));
});

Deno.test("DEBUG DIGEST tells databases and expiries apart", () => {
  const zeros = "0".repeat(40);
  const server = harness();
  assertEquals(server.run("DEBUG DIGEST"), zeros);
  server.run("SET k v");
  const plain = server.run("DEBUG DIGEST");
  server.run("EXPIRE k 100");
  const expiring = server.run("DEBUG DIGEST");
  server.run("SWAPDB 0 1");
  const digests = new Set([zeros, plain, expiring, server.run("DEBUG DIGEST")]);
  assertEquals(digests.size, 4);
});

Deno.test("DEBUG DIGEST-VALUE knows the value and not the key", () => {
  const server = harness();
  server.run("MSET a same b same c other");
  const [a, b, c, none] = server.run("DEBUG DIGEST-VALUE a b c none") as string[];
  assertEquals(a, b);
  assert(a !== c);
  assertEquals(none, "0".repeat(40));
});

Deno.test("DEBUG POPULATE makes keys, leaves those that exist, and is not propagated", () => {
  const server = harness();
  server.run("SET key:1 mine");
  assertEquals(server.trace("DEBUG POPULATE 3").effects, []);
  assertEquals(server.run("MGET key:0 key:1 key:2"), ["value:0", "mine", "value:2"]);
  server.run("DEBUG POPULATE 2 p 10");
  assertEquals(server.run("GET p:1"), "value:1\0\0\0");
  server.run("DEBUG POPULATE 1 q 3");
  assertEquals(server.run("GET q:0"), "val");
  assertEquals(
    server.client.refusal("DEBUG POPULATE -1"),
    "ERR value is out of range, must be positive",
  );
});

Deno.test("DEBUG OBJECT tells encoding and the length in a dump", () => {
  const server = harness();
  server.run("MSET int 12345 short abc long aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
  const lengthOf = (key: string) =>
    /encoding:(\w+) serializedlength:(\d+) /.exec(server.run(`DEBUG OBJECT ${key}`) as string)!
      .slice(1).join(" ");
  assertEquals(lengthOf("int"), "int 3");
  assertEquals(lengthOf("short"), "embstr 4");
  assert(/^raw 1?\d$/.test(lengthOf("long")), lengthOf("long"));
  assertEquals(server.client.refusal("DEBUG OBJECT none"), "ERR no such key");
});

Deno.test("DEBUG OBJECT tells the length in a dump of collections, and of which nodes lists are", () => {
  const server = harness();
  const numbers = (length: number, word: (n: number) => string) =>
    Array.from({ length }, (_, n) => word(n)).join(" ");
  server.run(`RPUSH list ${numbers(5000, String)}`);
  server.run(`SADD set ${numbers(200, (n) => `m${n}`)}`);
  server.run(`ZADD zset ${numbers(200, (n) => `${n} m${n}`)}`);
  server.run("HSET hash a 1");
  const facts = (key: string) =>
    (server.run(`DEBUG OBJECT ${key}`) as string).replace(/^.* encoding:| lru:\d+ /g, " ").trim();
  server.run("CONFIG SET rdbcompression no");
  // These are the numbers of redis-server 7.0.15.
  assertEquals(
    facts("list"),
    "quicklist serializedlength:15797 lru_seconds_idle:0 ql_nodes:2 ql_avg_node:2500.00 " +
      "ql_listpack_max:-2 ql_compressed:0 ql_uncompressed_size:15790",
  );
  assertEquals(facts("set"), "hashtable serializedlength:892 lru_seconds_idle:0");
  assertEquals(facts("zset"), "skiplist serializedlength:2492 lru_seconds_idle:0");
  assertEquals(facts("hash"), "listpack serializedlength:13 lru_seconds_idle:0");
});

Deno.test("DEBUG SET-ACTIVE-EXPIRE stops the cycle, not the expiry of what is asked for", () => {
  const server = harness();
  assertEquals(server.run("DEBUG SET-ACTIVE-EXPIRE 0"), "OK");
  assertEquals(server.keyspace.activeExpire, false);
  server.run("SET k v PX 10");
  server.later(20);
  assertEquals(server.run("DBSIZE"), 1);
  assertEquals(server.run("GET k"), null);
});

Deno.test("DEBUG PROTOCOL answers every type in both protocols", () => {
  const { client } = harness();
  const types: Record<string, [resp2: string, resp3: string]> = {
    string: ["bulk", "bulk"],
    integer: ["integer", "integer"],
    double: ["bulk", "double"],
    bignum: ["bulk", "big number"],
    null: ["null", "null"],
    array: ["array", "array"],
    set: ["array", "set"],
    map: ["array", "map"],
    verbatim: ["bulk", "verbatim"],
    true: ["integer", "boolean"],
    false: ["integer", "boolean"],
  };
  for (const [name, [resp2, resp3]] of Object.entries(types)) {
    client.protocol = 2;
    assertEquals(client.reply(`DEBUG PROTOCOL ${name}`).type, resp2, name);
    client.protocol = 3;
    assertEquals(client.reply(`DEBUG PROTOCOL ${name}`).type, resp3, name);
  }
  client.send("DEBUG PROTOCOL push");
  assertEquals(client.takeReplies().map(({ type }) => type), ["push", "bulk"]);
  client.send("DEBUG PROTOCOL attrib");
  assertEquals(client.takeReplies().map(({ type }) => type), ["attribute", "bulk"]);
  client.protocol = 2;
  assertEquals(client.refusal("DEBUG PROTOCOL push"), "ERR RESP2 is not supported by this command");
  assertEquals(client.reply("DEBUG PROTOCOL attrib").type, "bulk");
  assert(client.refusal("DEBUG PROTOCOL bogus").startsWith("ERR Wrong protocol type name."));
});

Deno.test("DEBUG ERROR, LOG, STRINGMATCH-LEN and HTSTATS do what they say", () => {
  const lines: string[] = [];
  const server = harness();
  server.engine.ports.process.log = (line) => lines.push(line);
  assertEquals(server.client.refusal("DEBUG ERROR 'MINE is it'"), "MINE is it");
  assertEquals(server.run("DEBUG LOG hello"), "OK");
  assertEquals(lines, ["DEBUG LOG: hello"]);
  assertEquals(server.run("DEBUG STRINGMATCH-LEN a*c abc"), 1);
  assertEquals(server.run("DEBUG STRINGMATCH-LEN a*c abd"), 0);
  assert((server.run("DEBUG HTSTATS 0") as string).includes("number of elements: 0"));
  assertEquals(server.client.refusal("DEBUG HTSTATS 99"), "ERR Out of range database");
  assert((server.run("DEBUG HELP") as Plain[]).length > 10);
});

Deno.test("DEBUG HTSTATS-KEY tells the chains of a value's table, and refuses values without one", () => {
  const server = harness(), { client } = server;
  server.run(["SADD", "s", ...Array.from({ length: 200 }, (_, at) => `member ${at}`)]);
  const told = server.run("DEBUG HTSTATS-KEY s full") as string;
  assert(told.startsWith("Hash table 0 stats (main hash table):\n table size: "), told);
  const elements = [...told.matchAll(/number of elements: (\d+)/g)];
  assertEquals(elements.reduce((sum, [, count]) => sum + Number(count), 0), 200);
  const chained = [...told.matchAll(/^ {3}(\d+): (\d+) /gm)];
  assertEquals(
    chained.reduce((sum, [, length, count]) => sum + Number(length) * Number(count), 0),
    200,
  );
  assert(!(server.run("DEBUG HTSTATS-KEY s") as string).includes("chain"));
  server.run("RPUSH l 1");
  assert(
    client.refusal("DEBUG HTSTATS-KEY l").startsWith("ERR The value stored at the specified key"),
  );
  assertEquals(client.refusal("DEBUG HTSTATS-KEY none"), "ERR no such key");
});

Deno.test("DEBUG QUICKLIST-PACKED-THRESHOLD gives elements of lists that become long their own nodes", () => {
  const server = harness(), { client } = server;
  server.run("CONFIG SET list-max-listpack-size 3");
  server.run("DEBUG QUICKLIST-PACKED-THRESHOLD 3b");
  server.run("RPUSH l a bb ccc dddd e");
  assert((server.run("DEBUG OBJECT l") as string).includes(" ql_nodes:4 "));
  server.run("LSET l 0 four");
  server.run("LINSERT l BEFORE e five");
  server.run("LPUSH l xyz");
  assertEquals(server.run("LRANGE l 0 -1"), ["xyz", "four", "bb", "ccc", "dddd", "five", "e"]);
  assert((server.run("DEBUG OBJECT l") as string).includes(" ql_nodes:7 "));
  server.run("COPY l copy");
  server.run("RPUSH copy long");
  assert((server.run("DEBUG OBJECT copy") as string).includes(" ql_nodes:8 "));
  assertEquals(server.run("DEBUG QUICKLIST-PACKED-THRESHOLD 0"), "OK");
  server.run("RPUSH packed a bb ccc dddd e");
  assert((server.run("DEBUG OBJECT packed") as string).includes(" ql_nodes:2 "));
  for (const size of ["x", "-1", "4gb"]) {
    assert(
      client.refusal(`DEBUG QUICKLIST-PACKED-THRESHOLD ${size}`).startsWith("ERR argument must be"),
    );
  }
});

Deno.test("DEBUG LISTPACK and QUICKLIST print what is in the blocks", () => {
  const texts: string[] = [];
  const server = harness();
  server.engine.ports.process.print = (text) => texts.push(text);
  server.run("RPUSH l 1 two");
  assertEquals(server.run("DEBUG LISTPACK l"), "Listpack structure printed on stdout");
  assert(texts[0].startsWith("{total bytes 14} {num entries 2}\n"), texts[0]);
  assert(
    texts[0].includes("bytes: 01|01|") && texts[0].includes("bytes: 83|74|77|6f|04|"),
    texts[0],
  );
  assertEquals(server.client.refusal("DEBUG QUICKLIST l"), "ERR Not a quicklist encoded object.");
  server.run("CONFIG SET list-max-listpack-size 2");
  server.run(["RPUSH", "l", "x".repeat(9000), "last"]);
  server.run("DEBUG QUICKLIST l 1");
  assert(texts[1].startsWith("{count : 4}\n{len : 3}\n{fill : 2}\n{compress : 0}\n"), texts[1]);
  assert(texts[1].includes("{container : PLAIN, encoding: RAW, size: 9000, count: 1}"), texts[1]);
  server.run("DEBUG QUICKLIST l");
  assert(texts[2].includes("PACKED") && !texts[2].includes("listpack:"));
  assertEquals(server.client.refusal("DEBUG LISTPACK l"), "ERR Not a listpack encoded object.");
});
