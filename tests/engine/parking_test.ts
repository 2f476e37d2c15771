import { assert, assertEquals } from "@std/assert";
import { EngineHarness, type HarnessClient, type Line } from "../support/engine_harness.ts";
import { plain } from "../support/reply.ts";
import { MADE_UP_COMMANDS } from "./made_up_commands.ts";

function newHarness(): EngineHarness {
  return new EngineHarness({ moreCommands: MADE_UP_COMMANDS });
}

/** A new client that sent a command it has to wait for. */
function waiting(harness: EngineHarness, line: Line): HarnessClient {
  const client = harness.connect();
  client.send(line);
  assert(client.parked, `${String(line)} waits`);
  assertEquals(client.takeReplies(), []);
  return client;
}

function replies(client: HarnessClient): unknown[] {
  return client.takeReplies().map(plain);
}

Deno.test("those who wait for a key are served in the order in which they came", () => {
  const harness = newHarness();
  const clients = [1, 2, 3].map(() => waiting(harness, "TAKE k 0"));
  for (const [n, client] of clients.entries()) {
    harness.run(`SET k v${n}`);
    assertEquals(clients.map(({ parked }) => parked), [0, 1, 2].map((i) => i > n));
    assertEquals(replies(client), [["k", `v${n}`]]);
  }
  assertEquals(harness.run("EXISTS k"), 0);
});

Deno.test("a client keeps its place when it was woken in vain", () => {
  const harness = newHarness();
  const first = waiting(harness, "TAKEANY k 0"), second = waiting(harness, "TAKEANY k 0");
  harness.run("SET other v");
  harness.run("MULTI");
  harness.run("SET k v");
  harness.run("DEL k");
  harness.run("EXEC");
  assert(first.parked && second.parked);
  harness.run("SET k 1");
  assert(!first.parked && second.parked);
});

Deno.test("a client that waits for several keys takes the first of its keys that has something", () => {
  const harness = newHarness();
  const client = waiting(harness, "TAKE a b c 0");
  harness.run("MSET c 3 b 2");
  assertEquals(replies(client), [["b", "2"]]);
  assertEquals(harness.keys(), ["c"]);
  const next = waiting(harness, "TAKE a b 0");
  harness.run("SET a 1");
  assertEquals(replies(next), [["a", "1"]]);
  harness.run("SET b 1");
  assertEquals(harness.keys(), ["b", "c"]);
});

Deno.test("keys are served in the order in which they changed, each to those who waited longest", () => {
  const harness = newHarness();
  const onB = waiting(harness, "TAKE b 0");
  const onBoth = waiting(harness, "TAKE a b 0");
  const onA = waiting(harness, "TAKE a 0");
  harness.run("MSET a 1 b 2");
  assertEquals(replies(onBoth), [["a", "1"]]);
  assertEquals(replies(onB), [["b", "2"]]);
  assert(onA.parked);
});

Deno.test("a wait in one database is no wait in another, and SWAPDB wakes", () => {
  const harness = newHarness();
  const client = waiting(harness, "TAKE k 0");
  harness.run("SELECT 1");
  harness.run("SET k in1");
  assert(client.parked);
  const [zero, one] = [0, 1];
  harness.engine.unit(() => harness.keyspace.swap(zero, one));
  assertEquals(replies(client), [["k", "in1"]]);
});

Deno.test("a key of another type wakes nobody, what comes after it does", () => {
  const harness = newHarness();
  const client = waiting(harness, "TAKE k 0");
  const calls = () => harness.engine.stats.totalCommands;
  const before = calls();
  harness.run("DEL k");
  harness.run("SET k v PX 1");
  assertEquals(replies(client), [["k", "v"]]);
  assertEquals(calls() - before, 3, "DEL, SET and the TAKE that was served");
});

Deno.test("of many who wait only those who get something are run again", () => {
  const harness = newHarness();
  const clients = Array.from({ length: 100 }, () => waiting(harness, "TAKE k 0"));
  const { resume } = harness.engine;
  let resumed = 0;
  harness.engine.resume = (session, request) => {
    resumed++;
    return resume.call(harness.engine, session, request);
  };
  harness.run("SET k v");
  assertEquals(resumed, 1);
  assertEquals(clients.filter(({ parked }) => parked).length, 99);
});

Deno.test("the time of a wait runs out at its deadline, in the order of the deadlines", () => {
  const harness = newHarness();
  const late = waiting(harness, "TAKE k 300"), soon = waiting(harness, "TAKE k 100");
  const { parking } = harness.engine;
  const start = harness.clock.nowMs();
  assertEquals(parking.nextDeadline(), start + 100);
  parking.expire(start + 99);
  assert(late.parked && soon.parked);
  parking.expire(start + 100);
  assertEquals([replies(soon), soon.parked], [[null], false]);
  assertEquals(parking.nextDeadline(), start + 300);
  parking.expire(start + 1000);
  assertEquals(replies(late), [null]);
  assertEquals(parking.nextDeadline(), 0);
  assertEquals(parking.waitingForKeys, false);
});

Deno.test("a new deadline is told to whoever keeps the time", () => {
  const harness = newHarness();
  const told: number[] = [];
  harness.engine.parking.onDeadline = (atMs) => told.push(atMs - harness.clock.nowMs());
  waiting(harness, "TAKE k 0");
  waiting(harness, "TAKE k 70");
  harness.run("CLIENT PAUSE 30 WRITE");
  assertEquals(told, [70, 30]);
});

Deno.test("a client that is gone takes nothing", () => {
  const harness = newHarness();
  const gone = waiting(harness, "TAKE k 0"), next = waiting(harness, "TAKE k 0");
  gone.disconnect();
  harness.run("SET k v");
  assertEquals(replies(next), [["k", "v"]]);
  assertEquals(harness.engine.parking.blockedClients, 0);
});

Deno.test("a client that is being closed takes nothing", () => {
  const harness = newHarness();
  const closing = waiting(harness, "TAKE k 0"), next = waiting(harness, "TAKE k 0");
  closing.close(true);
  harness.run("SET k v");
  assertEquals(replies(next), [["k", "v"]]);
  assertEquals(replies(closing), []);
});

Deno.test("CLIENT UNBLOCK ends a wait with its timeout or with an error", () => {
  const harness = newHarness();
  const a = waiting(harness, "TAKE k 0"), b = waiting(harness, "TAKE k 0");
  assertEquals(harness.run(`CLIENT UNBLOCK ${a.session.id}`), 1);
  assertEquals(harness.run(`CLIENT UNBLOCK ${b.session.id} ERROR`), 1);
  assertEquals(harness.run(`CLIENT UNBLOCK ${b.session.id} ERROR`), 0);
  assertEquals(replies(a), [null]);
  assertEquals(String(replies(b)[0]), "Error: UNBLOCKED client unblocked via CLIENT UNBLOCK");
});

Deno.test("in a transaction the time of a wait is up at once", () => {
  const harness = newHarness();
  for (const line of ["MULTI", "TAKE k 0", "SET k v", "TAKE k 0"]) harness.run(line);
  assertEquals(harness.run("EXEC"), [null, "OK", ["k", "v"]]);
  assertEquals(harness.engine.parking.blockedClients, 0);
});

Deno.test("those who wait are served after the whole transaction, not in the middle of it", () => {
  const harness = newHarness();
  const client = waiting(harness, "TAKE k 0");
  harness.takeEffects();
  for (const line of ["MULTI", "SET k 1", "SET k 2", "GET k"]) harness.run(line);
  assertEquals(harness.run("EXEC"), ["OK", "OK", "2"]);
  assertEquals(replies(client), [["k", "2"]]);
  assertEquals(harness.takeEffects(), ["MULTI", "SET k 1", "SET k 2", "EXEC", "DEL k"]);
});

Deno.test("CLIENT UNBLOCK in a transaction ends the wait before the transaction is over", () => {
  const harness = newHarness();
  const client = waiting(harness, "TAKE k 0");
  harness.run("MULTI");
  harness.run(`CLIENT UNBLOCK ${client.session.id}`);
  harness.run("SET k v");
  assertEquals(harness.run("EXEC"), [1, "OK"]);
  assertEquals(replies(client), [null]);
  assertEquals(harness.run("GET k"), "v");
});

Deno.test("what a served client did goes out on its own, with the events it caused", () => {
  const harness = newHarness();
  waiting(harness, "TAKE k 0");
  assertEquals(harness.trace("SET k v"), {
    reply: "OK",
    effects: ["SET k v", "DEL k"],
    events: ["set k", "del k"],
  });
});

Deno.test("a key that is over when its turn comes is not handed out", () => {
  const harness = newHarness();
  const client = waiting(harness, "TAKE k 0");
  harness.later(0, () => {
    const { database } = { database: harness.keyspace.databases[0] };
    const { session } = client;
    assert(session.parked !== undefined);
    harness.engine.parking.signal(0, harness.keyspace.databases[0].keyOf(newEntry(database)));
  });
  assert(client.parked);
  assertEquals(replies(client), []);

  function newEntry(database: EngineHarness["keyspace"]["databases"][number]): number {
    const key = { bytes: new Uint8Array([0x6b]), start: 0, end: 1 } as never;
    database.peek(key);
    return database.putString(0, key, key, 8, harness.clock.nowMs() - 1);
  }
});

Deno.test("NO-TOUCH is that of the client who is served, not of the one who wrote", () => {
  const harness = newHarness();
  const client = harness.connect();
  client.run("CLIENT NO-TOUCH ON");
  client.send("TAKE k 0");
  let seen: boolean | undefined;
  const { resume } = harness.engine;
  harness.engine.resume = (session, request) => {
    seen = harness.keyspace.noTouch;
    return resume.call(harness.engine, session, request);
  };
  harness.run("SET k v");
  assertEquals(seen, true);
  assertEquals(harness.keyspace.noTouch, false);
});

Deno.test("CLIENT REPLY OFF silences a reply that comes later, and its timeout", () => {
  const harness = newHarness();
  const client = harness.connect();
  client.send("CLIENT REPLY OFF");
  client.send("TAKE k 0");
  harness.run("SET k v");
  assertEquals([client.parked, replies(client)], [false, []]);
  client.send("TAKE k 5");
  harness.engine.parking.expire(harness.clock.nowMs() + 5);
  assertEquals([client.parked, replies(client)], [false, []]);
});

Deno.test("blocked clients count as one call once they are served", () => {
  const harness = newHarness();
  const stats = harness.engine.registry.byName("take")!.stats;
  waiting(harness, "TAKE k 0");
  assertEquals(harness.engine.parking.blockedClients, 1);
  harness.engine.times.settle();
  assertEquals(stats.calls, 0);
  harness.run("SET k v");
  harness.engine.times.settle();
  assertEquals([stats.calls, harness.engine.parking.blockedClients], [1, 0]);
});

Deno.test("CLIENT PAUSE ALL holds every client's next command until it is over", () => {
  const harness = newHarness();
  const other = harness.connect();
  harness.run("CLIENT PAUSE 100 ALL");
  other.send("GET k");
  assert(other.parked);
  assertEquals(harness.engine.parking.blockedClients, 1, "as Redis counts");
  harness.clock.advanceMs(100);
  harness.keyspace.freezeClock();
  harness.engine.parking.expire(harness.clock.nowMs());
  other.goOn();
  assertEquals([other.parked, replies(other)], [false, [null]]);
});

Deno.test("CLIENT PAUSE WRITE lets reads through; a pause only becomes longer and stricter", () => {
  const harness = newHarness();
  const other = harness.connect(), { parking } = harness.engine;
  const start = harness.clock.nowMs();
  harness.run("CLIENT PAUSE 100 WRITE");
  assertEquals(other.run("GET k"), null);
  harness.run("CLIENT PAUSE 50 ALL");
  assertEquals([parking.pausedUntilMs - start, parking.pauseWritesOnly], [100, false]);
  harness.clock.advanceMs(200);
  harness.keyspace.freezeClock();
  assertEquals(other.run("SET k v"), "OK", "the pause is over though no timer went off");
});

Deno.test("an ended pause has no say in the next one", () => {
  const harness = newHarness();
  harness.run("CLIENT PAUSE 10 ALL");
  harness.clock.advanceMs(20);
  harness.run("CLIENT PAUSE 10 WRITE");
  assertEquals(harness.engine.parking.pauseWritesOnly, true);
  assertEquals(harness.run("GET k"), null);
});

Deno.test("CLIENT UNPAUSE runs what was held, each client's in its own unit", () => {
  const harness = newHarness();
  const [a, b, admin] = [harness.connect(), harness.connect(), harness.connect()];
  admin.run("CLIENT PAUSE 1000 WRITE");
  a.send("SET a 1");
  b.send("SET b 1");
  assert(a.parked && b.parked);
  harness.takeEffects();
  admin.run("CLIENT UNPAUSE");
  a.goOn();
  b.goOn();
  assertEquals([replies(a), replies(b)], [["OK"], ["OK"]]);
  assertEquals(harness.takeEffects(), ["SET a 1", "SET b 1"]);
});
