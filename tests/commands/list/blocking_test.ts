// BLPOP, BRPOP, BLMOVE, BRPOPLPUSH and BLMPOP with one and with many clients.
import { assert, assertEquals } from "@std/assert";
import { ERR } from "../../../src/engine/errors.ts";
import { EngineHarness } from "../../support/engine_harness.ts";
import { forEachSeed } from "../../support/seeded.ts";
import { replies, waiting } from "./fixture.ts";

Deno.test("those who wait for a list are served in the order in which they came", () => {
  const harness = new EngineHarness();
  const clients = Array.from({ length: 5 }, () => waiting(harness, "BLPOP k 0"));
  assertEquals(harness.run("RPUSH k a b c"), 3);
  assertEquals(clients.map(({ parked }) => parked), [false, false, false, true, true]);
  assertEquals(clients.slice(0, 3).map(replies), [[["k", "a"]], [["k", "b"]], [["k", "c"]]]);
  assertEquals(harness.run("EXISTS k"), 0);
  assertEquals(harness.run("LPUSH k d e f"), 3);
  assertEquals(clients.slice(3).map(replies), [[["k", "f"]], [["k", "e"]]]);
  assertEquals(harness.run("LRANGE k 0 -1"), ["d"]);
});

Deno.test("each waits for its own end and with its own command", () => {
  const harness = new EngineHarness();
  const commands = [
    "BRPOP k 0",
    "BLMPOP 0 1 k RIGHT COUNT 2",
    "BLMOVE k to RIGHT LEFT 0",
    "BRPOPLPUSH k to 0",
    "BLPOP k 0",
  ];
  const clients = commands.map((command) => waiting(harness, command));
  harness.run("RPUSH k 1 2 3 4 5 6");
  assertEquals(clients.map(replies), [
    [["k", "6"]],
    [["k", ["5", "4"]]],
    ["3"],
    ["2"],
    [["k", "1"]],
  ]);
  assertEquals(harness.run("LRANGE to 0 -1"), ["2", "3"]);
});

Deno.test("what those who waited did is propagated as what it did, after what woke them", () => {
  const harness = new EngineHarness();
  const effectsOf = (command: string, line: string) => {
    harness.run("FLUSHALL");
    waiting(harness, command);
    harness.takeEffects();
    harness.run(line);
    return harness.takeEffects();
  };
  assertEquals(effectsOf("BLPOP x k 0", "RPUSH k a b"), ["RPUSH k a b", "LPOP k"]);
  assertEquals(effectsOf("BRPOP k 0", "RPUSH k a b"), ["RPUSH k a b", "RPOP k"]);
  assertEquals(effectsOf("BLMPOP 0 2 x k LEFT COUNT 9", "RPUSH k a b"), [
    "RPUSH k a b",
    "LPOP k 2",
  ]);
  assertEquals(effectsOf("BLMOVE k to left right 0", "RPUSH k a"), [
    "RPUSH k a",
    "LMOVE k to left right",
  ]);
  assertEquals(effectsOf("BRPOPLPUSH k to 0", "RPUSH k a"), ["RPUSH k a", "RPOPLPUSH k to"]);
  assertEquals(harness.run("LRANGE to 0 -1"), ["a"]);
});

Deno.test("what finds an element at once is propagated without its timeout", () => {
  const engine = new EngineHarness();
  const effect = (line: string) => {
    engine.run("DEL k to");
    engine.run("RPUSH k a b c");
    return engine.trace(line).effects;
  };
  assertEquals(effect("BLPOP k 0"), ["LPOP k"]);
  assertEquals(effect("BRPOP none k 5"), ["RPOP k"]);
  assertEquals(effect("BLMOVE k to LEFT LEFT 0"), ["LMOVE k to LEFT LEFT"]);
  assertEquals(effect("BRPOPLPUSH k k 0"), ["RPOPLPUSH k k"]);
  assertEquals(effect("LMPOP 1 k RIGHT"), ["RPOP k 1"]);
  assertEquals(effect("BLMPOP 0 2 none k LEFT COUNT 2"), ["LPOP k 2"]);
  assertEquals(effect("LMOVE k to LEFT LEFT"), ["LMOVE k to LEFT LEFT"]);
});

Deno.test("a chain of waiting clients hands an element on", () => {
  const harness = new EngineHarness();
  const second = waiting(harness, "BLMOVE b c LEFT RIGHT 0");
  const first = waiting(harness, "BRPOPLPUSH a b 0");
  const last = waiting(harness, "BLPOP c 0");
  harness.takeEffects();
  harness.run("RPUSH a x");
  assertEquals([first, second, last].map(replies), [["x"], ["x"], [["c", "x"]]]);
  assertEquals(harness.keys(), []);
  assertEquals(harness.takeEffects(), [
    "RPUSH a x",
    "RPOPLPUSH a b",
    "LMOVE b c LEFT RIGHT",
    "LPOP c",
  ]);
});

Deno.test("a destination of the wrong type is told when the element comes, which stays", () => {
  const harness = new EngineHarness();
  const client = waiting(harness, "BLMOVE k to LEFT LEFT 0");
  const next = waiting(harness, "BLPOP k 0");
  harness.run("SET to v");
  harness.run("RPUSH k x");
  assert(replies(client)[0] instanceof Error);
  assertEquals(replies(next), [["k", "x"]]);
});

Deno.test("a key of another type wakes nobody, and one that is emptied in the same unit neither", () => {
  const harness = new EngineHarness();
  const client = waiting(harness, "BLPOP k 0");
  harness.run("SET k v");
  assert(client.parked);
  harness.run("DEL k");
  harness.run("SADD k v");
  assert(client.parked);
  for (const line of ["MULTI", "DEL k", "RPUSH k a", "DEL k", "EXEC"]) harness.run(line);
  assert(client.parked);
  for (const line of ["MULTI", "RPUSH k a", "LPOP k", "SET k v", "EXEC"]) harness.run(line);
  assert(client.parked);
  for (const line of ["MULTI", "DEL k", "RPUSH k a", "RPUSH k b", "EXEC"]) harness.run(line);
  assertEquals(replies(client), [["k", "a"]]);
  assertEquals(harness.run("LRANGE k 0 -1"), ["b"]);
});

Deno.test("a list that comes by RENAME, COPY, MOVE, SWAPDB or SORT wakes those who wait", () => {
  const harness = new EngineHarness();
  const arrivals: string[][] = [
    ["RENAME other k"],
    ["COPY other k"],
    ["SELECT 1", "RPUSH k 1", "MOVE k 0", "SELECT 0"],
    ["SELECT 1", "RPUSH k 1", "SELECT 0", "SWAPDB 0 1"],
    ["SORT other STORE k"],
    ["LMOVE other k LEFT LEFT"],
  ];
  for (const lines of arrivals) {
    harness.run("FLUSHALL");
    harness.run("RPUSH other 1");
    const client = waiting(harness, "BLPOP k 0");
    for (const line of lines) harness.run(line);
    assertEquals(replies(client), [["k", "1"]], lines.join());
  }
});

Deno.test("time is up at once in a transaction, each command with its own null", () => {
  const { client } = new EngineHarness();
  const commands = [
    "BLPOP k 0",
    "BRPOP k 0",
    "BLMPOP 0 1 k LEFT",
    "BLMOVE k to LEFT LEFT 0",
    "BRPOPLPUSH k to 0",
  ];
  client.run("MULTI");
  for (const command of commands) client.run(command);
  assertEquals(client.wire("EXEC"), "*5\r\n*-1\r\n*-1\r\n*-1\r\n$-1\r\n$-1\r\n");
});

Deno.test("when time is up the reply is a null array, in RESP3 a null", () => {
  const harness = new EngineHarness();
  const commands = [
    "BLPOP k 0.5",
    "BRPOP k 0.4996",
    "BLMPOP 0.5 1 k LEFT",
    "BLMOVE k to LEFT LEFT .5",
    "BRPOPLPUSH k to 5e-1",
  ];
  const clients = commands.map((command) => waiting(harness, command));
  clients[4].protocol = 3;
  harness.later(499);
  harness.engine.parking.expire(harness.clock.nowMs());
  assert(clients.every(({ parked }) => parked));
  harness.later(1);
  harness.engine.parking.expire(harness.clock.nowMs());
  const bytes = clients.map((client) => client.wire("PING"));
  assertEquals(bytes, [...Array(4).fill("*-1\r\n+PONG\r\n"), "_\r\n+PONG\r\n"]);
  harness.run("RPUSH k a");
  assertEquals(harness.run("LRANGE k 0 -1"), ["a"]);
});

Deno.test("timeouts are decimals of any form; a bad one is refused before the keys are looked at", () => {
  const { client } = new EngineHarness();
  client.run("SET text v");
  const notFloat = "ERR timeout is not a float or out of range";
  const outOfRange = "ERR timeout is out of range";
  const negative = "ERR timeout is negative";
  const refusals: [string, string][] = [
    ["x", notFloat],
    ["nan", notFloat],
    ["1s", notFloat],
    ['" 1"', notFloat],
    ['""', notFloat],
    ["-1", negative],
    ["-0.001", negative],
    ["-inf", negative],
    ["-1e400", negative],
    ["inf", outOfRange],
    ["1e400", outOfRange],
    ["9223372036854776", outOfRange],
    ["9223372036854775", outOfRange],
  ];
  for (const [timeout, error] of refusals) {
    assertEquals(client.refusal(`BLPOP text ${timeout}`), error, timeout);
    assertEquals(client.refusal(`BLMPOP ${timeout} 1 text LEFT`), error, timeout);
    assertEquals(client.refusal(`BLMOVE text to LEFT LEFT ${timeout}`), error, timeout);
    assertEquals(client.refusal(`BRPOPLPUSH text to ${timeout}`), error, timeout);
  }
  for (const timeout of ["0", "-0", "-0.0009", "0x10", "1e-400", "+1"]) {
    client.run("RPUSH k a");
    assertEquals(client.run(`BLMPOP ${timeout} 1 k LEFT`), ["k", ["a"]], timeout);
  }
});

Deno.test("a timeout in parts of a millisecond lasts for a whole one, a great one for long", () => {
  const harness = new EngineHarness();
  const now = harness.clock.nowMs();
  const after = (timeout: string) => {
    const client = waiting(harness, `BLPOP k ${timeout}`);
    const atMs = client.session.parked!.wait.deadlineAtMs;
    client.disconnect();
    return atMs === 0 ? 0 : atMs - now;
  };
  assertEquals(["0", "0.0001", "1e-400", "0.001", "1.1", "1.0001", "2.5"].map(after), [
    0,
    1,
    1,
    1,
    1100,
    1001,
    2500,
  ]);
  assert(after("9007199254740") > 8e15);
});

Deno.test("CLIENT UNBLOCK ends a wait with the reply of its end, or with an error", () => {
  const harness = new EngineHarness();
  const first = waiting(harness, "BLPOP k 0"), second = waiting(harness, "BLMOVE k to LEFT LEFT 0");
  const third = waiting(harness, "BRPOP k 0");
  assertEquals(harness.run(`CLIENT UNBLOCK ${first.session.id}`), 1);
  assertEquals(harness.run(`CLIENT UNBLOCK ${second.session.id} TIMEOUT`), 1);
  assertEquals(harness.run(`CLIENT UNBLOCK ${third.session.id} ERROR`), 1);
  assertEquals(harness.run(`CLIENT UNBLOCK ${third.session.id}`), 0);
  assertEquals(first.wire("PING"), "*-1\r\n+PONG\r\n");
  assertEquals(second.wire("PING"), "*-1\r\n+PONG\r\n");
  assertEquals(third.wire("PING"), "-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n+PONG\r\n");
  assertEquals(harness.run("RPUSH k a"), 1);
  assertEquals(harness.run("LLEN k"), 1);
});

Deno.test("a command that waited counts once, however its wait ends", () => {
  const harness = new EngineHarness();
  const { stats } = harness.engine.registry.byName("blpop")!;
  const counts = () => [stats.calls, stats.failedCalls, harness.engine.stats.totalCommands];
  const before = harness.engine.stats.totalCommands;
  waiting(harness, "BLPOP k 1");
  const killed = waiting(harness, "BLPOP k 0");
  waiting(harness, "BLPOP k 0");
  assertEquals(counts(), [0, 0, before]);
  harness.later(1000);
  harness.engine.parking.expire(harness.clock.nowMs());
  assertEquals(counts(), [1, 0, before + 1]);
  harness.engine.unpark(killed.session, ERR.unblocked);
  assertEquals(counts(), [2, 1, before + 2]);
  harness.run("RPUSH k a");
  assertEquals(counts(), [3, 1, before + 4]);
});

Deno.test("a client that leaves while it waits takes no element with it", () => {
  const harness = new EngineHarness();
  const clients = Array.from({ length: 4 }, () => waiting(harness, "BLPOP k 0"));
  clients[0].disconnect();
  clients[2].disconnect();
  harness.run("RPUSH k a b c");
  assertEquals(clients.map(replies), [[], [["k", "a"]], [], [["k", "b"]]]);
  assertEquals(harness.run("LRANGE k 0 -1"), ["c"]);
});

Deno.test("a client may wait for one key under several names and for one name several times", () => {
  const harness = new EngineHarness();
  const client = waiting(harness, "BLPOP k k other k 0");
  harness.run("RPUSH k a b");
  assertEquals(replies(client), [["k", "a"]]);
  assertEquals(harness.engine.parking.blockingKeys, 0);
  harness.run("RPUSH other c");
  assertEquals(harness.run("LRANGE k 0 -1"), ["b"]);
});

Deno.test("with many clients that come, push, wait and leave no element is lost or doubled", async () => {
  await forEachSeed(5, (random) => {
    const harness = new EngineHarness({ seed: random.seed });
    const keys = ["a", "b", "c"];
    const seen: string[] = [];
    let clients = Array.from({ length: 12 }, () => harness.connect());
    let next = 0;
    for (let step = 0; step < 800; step++) {
      const client = random.pick(clients);
      const key = random.pick(keys), other = random.pick(keys);
      if (random.chance(0.02)) {
        client.disconnect();
        clients = clients.filter((one) => one !== client);
        clients.push(harness.connect());
      } else if (client.parked) {
        if (random.chance(0.05)) harness.run(`CLIENT UNBLOCK ${client.session.id}`);
      } else if (random.chance(0.45)) {
        const count = random.between(1, 3);
        const elements = Array.from({ length: count }, () => `${next++}`);
        client.send(["RPUSH", key, ...elements]);
        client.takeReplies();
      } else {
        const side = random.pick(["LEFT", "RIGHT"]);
        client.send(random.pick([
          `BLPOP ${key} ${other} 0`,
          `BRPOP ${key} 0`,
          `BLMPOP 0 2 ${key} ${other} ${side} COUNT 2`,
        ]));
      }
      for (const one of clients) {
        for (const reply of replies(one)) {
          if (Array.isArray(reply)) seen.push(...[reply[1]].flat() as string[]);
        }
      }
    }
    const left = keys.flatMap((key) => harness.run(`LRANGE ${key} 0 -1`) as string[]);
    const all = [...seen, ...left].map(Number).sort((a, b) => a - b);
    assertEquals(all, Array.from({ length: next }, (_, i) => i));
    // Nobody waits for a list that is there.
    for (const client of clients) {
      for (const key of client.session.parked?.wait.keys ?? []) {
        assertEquals(harness.run(["EXISTS", key]), 0);
      }
    }
  });
});
