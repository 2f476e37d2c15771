import { assert, assertEquals } from "@std/assert";
import { GATE_LOADING, GATE_MISCONF, GATE_OOM, GATE_READONLY } from "../../src/engine/admission.ts";
import type { CommandSpec } from "../../src/engine/command.ts";
import { nested, ORIGINS } from "../../src/engine/origins.ts";
import { Effects } from "../support/effects.ts";
import { EngineHarness } from "../support/engine_harness.ts";
import { MADE_UP_COMMANDS, onPass } from "./made_up_commands.ts";

function newHarness(): EngineHarness {
  return new EngineHarness({ moreCommands: MADE_UP_COMMANDS });
}

Deno.test("names are found in any case, unknown ones are quoted back as Redis does", () => {
  const { client } = newHarness();
  assertEquals(client.run("pInG"), "PONG");
  assertEquals(
    client.refusal("nope a 'b c'"),
    "ERR unknown command 'nope', with args beginning with: 'a' 'b c' ",
  );
  assertEquals(
    client.refusal(["x".repeat(200), "y".repeat(200), "z"]),
    `ERR unknown command '${"x".repeat(128)}', with args beginning with: '${"y".repeat(128)}' `,
  );
  assertEquals(
    client.refusal(["a\0b", "c\r\nd"]),
    "ERR unknown command 'a', with args beginning with: 'c  d' ",
  );
  assertEquals(client.refusal(["get"]), "ERR wrong number of arguments for 'get' command");
  assertEquals(
    client.refusal("client nope"),
    "ERR unknown subcommand 'nope'. Try CLIENT HELP.",
  );
});

Deno.test("an error thrown takes back what was replied before it", () => {
  const { client } = newHarness();
  assertEquals(client.wire("REFUSE"), "-NOPE not like this\r\n");
  assertEquals(client.wire("COMPLAIN"), "-CUSTOM complaint\r\n");
  assertEquals(client.wire("PING"), "+PONG\r\n");
});

Deno.test("a mistake of our own is a general error for the client and told with its command", () => {
  const harness = newHarness();
  const { client, engine } = harness;
  let thrown: Error | undefined;
  try {
    client.send("BREAK");
  } catch (error) {
    thrown = error as Error;
  }
  assertEquals(thrown?.message, "internal error in 'break'");
  assert(thrown?.cause instanceof TypeError);
  assertEquals(client.takeReplies(), [{ type: "error", text: "ERR internal error" }]);
  assertEquals(engine.stats.unexpectedErrors, 1);
  assertEquals(client.run("SET k v"), "OK", "the server goes on");
});

Deno.test("errors are counted once: by code, as rejected or as failed", () => {
  const { client, engine } = newHarness();
  const stats = (name: string) => engine.registry.byName(name)!.stats;
  client.send("GET");
  client.send("nope");
  client.send("REFUSE");
  client.send("COMPLAIN");
  client.send("SET k x");
  client.send("INCR k");
  client.takeReplies();
  assertEquals(stats("get").rejectedCalls, 1);
  assertEquals(stats("refuse").failedCalls, 1);
  assertEquals(stats("complain").failedCalls, 1);
  assertEquals([stats("incr").failedCalls, stats("set").failedCalls], [1, 0]);
  assertEquals(Object.fromEntries(engine.stats.errors), { ERR: 3, NOPE: 1, CUSTOM: 1 });
  assertEquals(engine.stats.totalErrorReplies, 5);
});

Deno.test("an error inside a transaction is charged to its command, not to EXEC too", () => {
  const { client, engine } = newHarness();
  for (const line of ["SET k x", "MULTI", "INCR k", "EXEC"]) client.run(line);
  const stats = (name: string) => engine.registry.byName(name)!.stats;
  assertEquals([stats("incr").failedCalls, stats("exec").failedCalls], [1, 0]);
  assertEquals(engine.stats.totalErrorReplies, 1);
});

Deno.test("calls are counted when the batch ends", () => {
  const { client, engine } = newHarness();
  for (let n = 0; n < 5; n++) client.run("GET k");
  client.run("SET k v");
  const calls = (name: string) => engine.registry.byName(name)!.stats.calls;
  assertEquals([calls("get"), calls("set")], [5, 1]);
  assertEquals(engine.stats.totalCommands, 6);
});

Deno.test("gates close in Redis's order", () => {
  const harness = newHarness();
  const { client, engine } = harness;
  const refusal = (gates: number, line: string) => {
    engine.gates = gates;
    const reply = client.run(line);
    engine.gates = 0;
    return reply instanceof Error ? reply.message.split(" ")[0] : reply;
  };
  assertEquals(refusal(GATE_LOADING, "GET k"), "LOADING");
  assertEquals(refusal(GATE_LOADING, "ECHO k"), "k");
  assertEquals(refusal(GATE_OOM, "SET k v"), "OOM");
  assertEquals(refusal(GATE_OOM, "GET k"), null);
  assertEquals(refusal(GATE_OOM, "DEL k"), 0);
  assertEquals(refusal(GATE_OOM | GATE_READONLY | GATE_LOADING, "SET k v"), "OOM");
  assertEquals(refusal(GATE_READONLY | GATE_MISCONF, "SET k v"), "MISCONF");
  assertEquals(refusal(GATE_READONLY | GATE_LOADING, "SET k v"), "READONLY");
});

Deno.test("who has not authenticated may do little, and unknown commands come first", () => {
  const harness = new EngineHarness({ config: { requirepass: "secret" } });
  const { client } = harness;
  assertEquals(client.refusal("GET k"), "NOAUTH Authentication required.");
  assertEquals(client.refusal("GET"), "ERR wrong number of arguments for 'get' command");
  assert(client.refusal("nope").startsWith("ERR unknown command"));
  assertEquals(client.run("AUTH secret"), "OK");
  assertEquals(client.run("GET k"), null);
});

Deno.test("a command that runs others sees each of them count, and they share one unit", () => {
  const harness = newHarness();
  const { reply, effects, events } = harness.trace("BOTH SET a 1 SET b 2");
  assertEquals(reply, ["OK", "OK"]);
  assertEquals(effects, ["MULTI", "SET a 1", "SET b 2", "EXEC"]);
  assertEquals(events, ["set a", "set b"]);
  assertEquals(harness.run("BOTH SET a 1 NOPE b 2") instanceof Array, true);
  assertEquals(harness.run("MGET a b"), ["1", "2"]);
});

Deno.test("a call inside a call never gets more than the one around it", () => {
  const { script, client, aofReplay, replicaLink, exec } = ORIGINS;
  assertEquals(nested(client, script), script);
  assertEquals(nested(aofReplay, script).toAof, false);
  assertEquals(nested(aofReplay, script).counted, false);
  assertEquals(nested(replicaLink, exec).toReplicas, false);
  assertEquals(nested(replicaLink, exec).outranksGates, true);
  assertEquals(nested(exec, client).mayBlock, false);
});

Deno.test("a single effect goes out bare, several as one transaction, none not at all", () => {
  const harness = newHarness();
  assertEquals(harness.trace("SET k v").effects, ["SET k v"]);
  assertEquals(harness.trace("GET k").effects, []);
  assertEquals(harness.trace("DEL nothing").effects, []);
  const instant = harness.clock.nowMs() + 10_000;
  assertEquals(harness.trace("SET k v EX 10").effects, [`SET k v PXAT ${instant}`]);
  harness.run("SELECT 1");
  assertEquals(harness.trace("SET k v").effects, ["[1] SET k v"]);
});

Deno.test("a key that a command finds to be over is deleted before what the command does", () => {
  const harness = newHarness();
  harness.run("SET k old PX 5");
  harness.clock.advanceMs(10);
  const { reply, effects, events } = harness.trace("APPEND k new");
  assertEquals(reply, 3);
  assertEquals(effects, ["MULTI", "DEL k", "APPEND k new", "EXEC"]);
  assertEquals(events, ["expired k", "append k"]);
});

Deno.test("only what goes to a sink's kind reaches it", () => {
  const harness = new EngineHarness({ propagates: false });
  const seen: string[] = [];
  const sink = (kind: "aof" | "replicas") =>
    new Effects(({ request }) => seen.push(`${kind} ${request.count}`), kind);
  const aof = sink("aof"), replicas = sink("replicas");
  harness.engine.propagation.add(aof);
  harness.engine.propagation.add(replicas);
  harness.run("SET k v");
  assertEquals(seen.splice(0), ["aof 3", "replicas 3"]);
  harness.engine.propagation.remove(replicas);
  harness.run("DEL k");
  assertEquals(seen, ["aof 2"]);
});

Deno.test("the clock stands still while a batch runs", () => {
  const harness = newHarness();
  onPass((ms) => harness.clock.advanceMs(ms));
  assertEquals(harness.run("PASS 0"), 0);
  assertEquals(harness.run("PASS 500"), 0);
  harness.run("SET k v PX 1000");
  harness.run("MULTI");
  for (const line of ["PASS 2000", "GET k", "PTTL k"]) harness.run(line);
  assertEquals(harness.run("EXEC"), [0, "v", 1000]);
  assertEquals(harness.run("GET k"), null);
});

Deno.test("a command that takes longer than the threshold is in the slow log, a quick one is not", () => {
  const harness = new EngineHarness({
    moreCommands: MADE_UP_COMMANDS,
    config: { "slowlog-log-slower-than": "20000", "latency-monitor-threshold": "10" },
  });
  onPass((ms) => harness.clock.advanceMs(ms));
  harness.run("PASS 15");
  harness.run("PASS 30");
  assertEquals(harness.engine.slowlog.length, 1);
  const [entry] = harness.engine.slowlog.newest(1);
  assertEquals(entry.microseconds, 30_000);
  assertEquals(entry.args.map((arg) => new TextDecoder().decode(arg)), ["PASS", "30"]);
  assertEquals(harness.engine.latency.events.get("command")?.maximum, 30);
});

Deno.test("a call with many elements is not slow for the short ones before it in the batch", () => {
  const [pass] = MADE_UP_COMMANDS.filter(({ name }) => name === "pass");
  const weighty: CommandSpec = {
    ...pass,
    name: "weighty",
    handler: (call) => {
      call.weigh(1000);
      return pass.handler!(call);
    },
  };
  const harness = new EngineHarness({
    moreCommands: [{ ...pass, name: "brief" }, weighty].map((row) => ({ ...row, short: true })),
    config: { "slowlog-log-slower-than": "20000" },
  });
  onPass((ms) => harness.clock.advanceMs(ms));
  harness.run("MULTI");
  for (const line of ["BRIEF 15", "BRIEF 15", "WEIGHTY 5"]) harness.run(line);
  harness.run("EXEC");
  assertEquals(harness.engine.slowlog.length, 0);
  harness.run("WEIGHTY 25");
  assertEquals(harness.engine.slowlog.newest(1).map((entry) => entry.microseconds), [25_000]);
});

Deno.test("memory that is full is an OOM error, and what is stored stays readable", () => {
  const harness = new EngineHarness({ arenaBytes: 2 << 20 });
  let stored = 0;
  let error = "";
  while (error === "") {
    const reply = harness.run(`SET key:${stored} ${"x".repeat(900)}`);
    if (reply instanceof Error) error = reply.message;
    else stored++;
  }
  assertEquals(error, "OOM there is no memory left for what the command would store");
  assert(stored > 1000);
  assertEquals(harness.run(`GET key:${stored}`), null);
  assertEquals(harness.run("DBSIZE"), stored);
  for (
    const line of [
      `APPEND key:0 ${"y".repeat(200_000)}`,
      `SETRANGE new 200000 x`,
      `MSET key:1 new key:2 ${"z".repeat(200_000)}`,
    ]
  ) {
    const reply = harness.run(line);
    assert(reply instanceof Error && reply.message.startsWith("OOM "), line);
  }
  assertEquals(harness.run("GET key:0"), "x".repeat(900));
  assertEquals(harness.run("EXISTS new"), 0);
  for (let n = 0; n < stored; n++) assertEquals(harness.run(`DEL key:${n}`), 1);
  assertEquals(harness.run(`SET big ${"x".repeat(500_000)}`), "OK");
});
