import { assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";

Deno.test("CLIENT PAUSE WRITE holds writes until it is over, and lets reads through", () => {
  const harness = new EngineHarness();
  const other = harness.connect();
  harness.run("CLIENT PAUSE 1000 WRITE");
  other.send("SET k v");
  assertEquals(other.parked, true);
  assertEquals(harness.run("GET k"), null);
  harness.later(999, () => harness.engine.parking.expire(harness.keyspace.nowMs));
  assertEquals(other.parked, true);
  harness.later(1, () => harness.engine.parking.expire(harness.keyspace.nowMs));
  assertEquals(other.parked, false);
  assertEquals(other.takeReplies(), [{ type: "simple", text: "OK" }]);
  assertEquals(harness.run("GET k"), "v");
});

Deno.test("a longer pause wins over a shorter one, and one of everything over one of writes", () => {
  const harness = new EngineHarness();
  const other = harness.connect();
  harness.run("CLIENT PAUSE 5000 ALL");
  harness.client.session.parked = undefined;
  other.send("GET k");
  assertEquals(other.parked, true);
  harness.engine.pause(harness.keyspace.nowMs + 100, true);
  assertEquals(harness.engine.parking.pauseWritesOnly, false);
  assertEquals(harness.engine.parking.pausedUntilMs, harness.keyspace.nowMs + 5000);
  harness.engine.unpause();
  harness.goOn();
  assertEquals(other.takeReplies(), [{ type: "null", form: "bulk" }]);
});

Deno.test("keys whose time is over look removed during a pause, and are removed after it", () => {
  const harness = new EngineHarness();
  harness.run("SET k v PX 10");
  harness.run("CLIENT PAUSE 1000 WRITE");
  harness.clock.advanceMs(20);
  harness.takeEvents();
  assertEquals(harness.run("GET k"), null);
  assertEquals(harness.keys(), ["k"]);
  harness.run("CLIENT UNPAUSE");
  assertEquals(harness.run("GET k"), null);
  assertEquals(harness.keys(), []);
  assertEquals(harness.takeEvents(), ["expired k"]);
});

Deno.test("CLIENT PAUSE, UNBLOCK, NO-EVICT and NO-TOUCH refuse what they do not understand", () => {
  const { client } = new EngineHarness();
  const refusals = {
    "CLIENT PAUSE x": "ERR timeout is not an integer or out of range",
    "CLIENT PAUSE -1": "ERR timeout is negative",
    "CLIENT PAUSE 9223372036854775807": "ERR timeout is out of range",
    "CLIENT PAUSE 1 READ": "ERR CLIENT PAUSE mode must be WRITE or ALL",
    "CLIENT PAUSE 1 ALL x":
      "ERR unknown subcommand or wrong number of arguments for 'PAUSE'. Try CLIENT HELP.",
    "CLIENT UNBLOCK x": "ERR value is not an integer or out of range",
    "CLIENT UNBLOCK x SOON": "ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR",
    "CLIENT NO-EVICT maybe": "ERR syntax error",
    "CLIENT NO-TOUCH maybe": "ERR syntax error",
    "CLIENT REPLY maybe": "ERR syntax error",
    "CLIENT SETINFO lib-foo x": "ERR Unrecognized option 'lib-foo'",
    "CLIENT SETINFO Lib-Name 'a b'":
      "ERR Lib-Name cannot contain spaces, newlines or special characters.",
    "CLIENT BOGUS": "ERR unknown subcommand 'BOGUS'. Try CLIENT HELP.",
    "CLIENT": "ERR wrong number of arguments for 'client' command",
  };
  for (const [line, refusal] of Object.entries(refusals)) {
    assertEquals({ line, refusal: client.refusal(line) }, { line, refusal });
  }
  assertEquals(client.run("CLIENT PAUSE 0"), "OK");
  assertEquals(client.run("SET k v"), "OK");
});

Deno.test("CLIENT UNBLOCK does not touch a client that a pause holds, or one that does not wait", () => {
  const harness = new EngineHarness();
  const other = harness.connect();
  assertEquals(harness.run(`CLIENT UNBLOCK ${other.session.id}`), 0);
  harness.run("CLIENT PAUSE 1000 WRITE");
  other.send("SET k v");
  assertEquals(harness.run(`CLIENT UNBLOCK ${other.session.id} ERROR`), 0);
  assertEquals(other.parked, true);
});

Deno.test("CLIENT NO-TOUCH leaves access times as they are", () => {
  const { client, clock } = new EngineHarness();
  client.run("SET k v");
  clock.advanceMs(50_000);
  client.run("CLIENT NO-TOUCH on");
  client.run("GET k");
  assertEquals(client.run("OBJECT IDLETIME k"), 50);
  client.run("CLIENT NO-TOUCH off");
  client.run("GET k");
  assertEquals(client.run("OBJECT IDLETIME k"), 0);
});

Deno.test("CLIENT HELP lists every subcommand", () => {
  const { client, engine } = new EngineHarness();
  const help = (client.run("CLIENT HELP") as string[]).join("\n");
  for (const { facts } of engine.registry.byName("client")!.subcommands) {
    assertEquals(new RegExp(`^${facts.name}\\b`, "im").test(help), true, facts.name);
  }
});
