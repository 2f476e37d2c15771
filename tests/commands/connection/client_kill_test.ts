import { assertEquals } from "@std/assert";
import { EngineHarness, type HarnessClient } from "../../support/engine_harness.ts";

function three(): { harness: EngineHarness; me: HarnessClient; others: HarnessClient[] } {
  const harness = new EngineHarness();
  return { harness, me: harness.client, others: [harness.connect(), harness.connect()] };
}

Deno.test("CLIENT KILL address closes that client, or says that there is none", () => {
  const { me, others } = three();
  assertEquals(me.run(`CLIENT KILL ${others[0].address}`), "OK");
  assertEquals(others.map(({ closed }) => closed), [true, false]);
  assertEquals(me.refusal(`CLIENT KILL ${others[0].address}`), "ERR No such client");
  assertEquals(me.refusal("CLIENT KILL ID"), "ERR No such client"); // an address as any other
});

Deno.test("CLIENT KILL with filters closes those that match all of them", () => {
  const { harness, me, others } = three();
  const [first, second] = others.map(({ session }) => session.id);
  assertEquals(me.run(`CLIENT KILL ID ${first} ADDR ${others[1].address}`), 0);
  assertEquals(me.run(`CLIENT KILL ID ${first} LADDR ${others[0].localAddress} TYPE normal`), 1);
  assertEquals(me.run(`CLIENT KILL USER default ID ${first} ID ${second}`), 1); // the last one wins
  assertEquals(harness.engine.sessions.count, 1);
});

Deno.test("CLIENT KILL spares the caller unless SKIPME says no", () => {
  const { me, others } = three();
  assertEquals(me.run("CLIENT KILL TYPE normal"), 2);
  assertEquals(others.map(({ closed }) => closed), [true, true]);
  assertEquals(me.run("CLIENT KILL TYPE normal SKIPME yes"), 0);
  assertEquals(me.session.bits & 32, 0);
  assertEquals(me.run("CLIENT KILL TYPE normal SKIPME NO"), 1);
  assertEquals(me.session.bits & 32, 32); // closes when the reply is out
});

Deno.test("CLIENT KILL refuses what it does not understand before it closes anybody", () => {
  const { me, others } = three();
  const refusals = {
    "CLIENT KILL ID x": "ERR client-id should be greater than 0",
    "CLIENT KILL ID x SKIPME no": "ERR client-id should be greater than 0",
    "CLIENT KILL ID 0 SKIPME no": "ERR client-id should be greater than 0",
    "CLIENT KILL TYPE normal ID": "ERR syntax error",
    "CLIENT KILL TYPE normal BOGUS 1": "ERR syntax error",
    "CLIENT KILL TYPE normal SKIPME maybe": "ERR syntax error",
    "CLIENT KILL TYPE normal TYPE bogus": "ERR Unknown client type 'bogus'",
    "CLIENT KILL TYPE normal USER nobody": "ERR No such user 'nobody'",
    "CLIENT KILL TYPE normal __proto__ 1": "ERR syntax error",
    "CLIENT KILL": "ERR wrong number of arguments for 'client|kill' command",
  };
  for (const [line, refusal] of Object.entries(refusals)) {
    assertEquals({ line, refusal: me.refusal(line) }, { line, refusal });
  }
  assertEquals(others.map(({ closed }) => closed), [false, false]);
});
