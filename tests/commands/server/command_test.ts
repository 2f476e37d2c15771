import { assert, assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";
import type { Plain } from "../../support/reply.ts";

const { client, engine } = new EngineHarness();

Deno.test("COMMAND COUNT is the number of rows COMMAND and COMMAND INFO answer", () => {
  const count = client.run("COMMAND COUNT");
  assertEquals(count, engine.registry.commands.length);
  assertEquals((client.run("COMMAND") as Plain[]).length, count);
  assertEquals((client.run("COMMAND INFO") as Plain[]).length, count);
});

Deno.test("COMMAND INFO answers in the order asked, null for what it does not know", () => {
  const infos = client.run("COMMAND INFO SET bogus config|get get|x") as (Plain[] | null)[];
  assertEquals(infos.map((info) => info && info[0]), ["set", null, "config|get", null]);
});

Deno.test("COMMAND LIST filters by category, pattern and module", () => {
  const all = client.run("COMMAND LIST") as string[];
  assert(all.includes("get") && all.includes("config|get"));
  const admin = client.run("COMMAND LIST FILTERBY ACLCAT admin") as string[];
  assert(admin.includes("config|set") && !admin.includes("get"));
  assertEquals(client.run("COMMAND LIST FILTERBY ACLCAT bogus"), []);
  assertEquals(client.run("COMMAND LIST FILTERBY MODULE bogus"), []);
  assertEquals(client.run("command list filterby pattern GETR*"), ["getrange"]);
  assertEquals(client.refusal("COMMAND LIST FILTERBY BOGUS x"), "ERR syntax error");
  assertEquals(client.refusal("COMMAND LIST FILTERBY ACLCAT"), "ERR syntax error");
});

Deno.test("COMMAND GETKEYS finds keys without running anything", () => {
  assertEquals(client.run("COMMAND GETKEYS MSET a 1 b 2"), ["a", "b"]);
  assertEquals(client.run("COMMAND GETKEYS MEMORY USAGE k"), ["k"]);
  assertEquals(engine.keyspace.size, 0);
  assertEquals(client.refusal("COMMAND GETKEYS PING"), "ERR The command has no key arguments");
  assertEquals(client.refusal("COMMAND GETKEYS BOGUS x"), "ERR Invalid command specified");
  assertEquals(client.refusal("COMMAND GETKEYS CONFIG BOGUS"), "ERR Invalid command specified");
  assertEquals(
    client.refusal("COMMAND GETKEYS SET k"),
    "ERR Invalid number of arguments specified for command",
  );
});

Deno.test("COMMAND GETKEYSANDFLAGS tells what the options do to the key", () => {
  assertEquals(client.run("COMMAND GETKEYSANDFLAGS SET k v"), [["k", ["OW", "update"]]]);
  assertEquals(client.run("COMMAND GETKEYSANDFLAGS SET k v XX get"), [
    ["k", ["RW", "access", "update"]],
  ]);
  assertEquals(client.run("COMMAND GETKEYSANDFLAGS BITFIELD k GET u8 0"), [["k", [
    "RO",
    "access",
  ]]]);
});

Deno.test("COMMAND DOCS answers maps of summary, group, arguments and subcommands", () => {
  client.protocol = 3;
  const [[name, fields]] = client.run("COMMAND DOCS config bogus") as [string, Plain[]][];
  client.protocol = 2;
  assertEquals(name, "config");
  const docs = new Map(fields as [string, Plain][]);
  assertEquals(docs.get("group"), "server");
  const subcommands = docs.get("subcommands") as [string, Plain][];
  assert(subcommands.some(([subcommand]) => subcommand === "config|get"));
  const whole = client.run("COMMAND DOCS") as Plain[];
  assertEquals(whole.length, engine.registry.commands.length * 2);
});

Deno.test("commands that change a key say so in their key specs, those that read do not", () => {
  for (const { facts, fullName } of engine.registry.commands) {
    for (const { flags } of facts.keys ?? []) {
      const writes = flags.some((flag) => ["RW", "OW", "RM"].includes(flag));
      // PFCOUNT reads, but keeps its estimate in the value: Redis flags it so.
      const mayWrite = facts.flags.includes("write") || facts.flags.includes("may_replicate");
      assert(!writes || mayWrite, `${fullName} is no write command and its key spec writes`);
    }
  }
});
