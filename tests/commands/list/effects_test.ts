// What list commands announce, count and propagate.
import { assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";

/** Events of a command after others. */
function eventsOf(before: readonly string[], line: string): string[] {
  const harness = new EngineHarness();
  for (const each of before) harness.run(each);
  return harness.trace(line).events;
}

Deno.test("every list command announces the event of its name, and an emptied key its removal", () => {
  const three = ["RPUSH k a b a"];
  const cases: [string[], string, string[]][] = [
    [[], "LPUSH k a b", ["lpush k"]],
    [[], "RPUSH k a b", ["rpush k"]],
    [[], "RPUSHX k a", []],
    [three, "LPUSHX k a", ["lpush k"]],
    [three, "LPOP k", ["lpop k"]],
    [three, "RPOP k 2", ["rpop k"]],
    [three, "RPOP k 0", []],
    [three, "LPOP k 3", ["lpop k", "del k"]],
    [three, "LSET k 0 x", ["lset k"]],
    [three, "LINSERT k BEFORE b x", ["linsert k"]],
    [three, "LINSERT k BEFORE x x", []],
    [three, "LREM k 0 x", []],
    [three, "LREM k 0 a", ["lrem k"]],
    [["RPUSH k a a"], "LREM k 0 a", ["lrem k", "del k"]],
    [three, "LTRIM k 0 -1", ["ltrim k"]],
    [three, "LTRIM k 5 -1", ["ltrim k", "del k"]],
    [three, "LMOVE k other LEFT RIGHT", ["rpush other", "lpop k"]],
    [["RPUSH k a"], "RPOPLPUSH k other", ["lpush other", "rpop k", "del k"]],
    [three, "LMOVE k k LEFT LEFT", ["lpush k", "lpop k"]],
    [three, "LMPOP 2 x k LEFT COUNT 9", ["lpop k", "del k"]],
    [three, "BLPOP x k 0", ["lpop k"]],
    [three, "BLMOVE k other RIGHT LEFT 0", ["lpush other", "rpop k"]],
    [three, "SORT k ALPHA STORE k", ["sortstore k"]],
    [three, "SORT missing STORE k", ["del k"]],
    [three, "SORT k ALPHA", []],
  ];
  for (const [before, line, events] of cases) assertEquals(eventsOf(before, line), events, line);
});

Deno.test("a change counts as often as elements come or go", () => {
  const harness = new EngineHarness();
  const dirtyOf = (line: string) => {
    const before = harness.keyspace.dirty;
    harness.run(line);
    return harness.keyspace.dirty - before;
  };
  assertEquals(dirtyOf("RPUSH k a b c d e f g"), 7);
  assertEquals(dirtyOf("LPOP k 2"), 2);
  assertEquals(dirtyOf("LSET k 0 a"), 1);
  assertEquals(dirtyOf("LINSERT k AFTER a a"), 1);
  assertEquals(dirtyOf("LREM k 0 a"), 2);
  assertEquals(dirtyOf("LTRIM k 1 2"), 2);
  assertEquals(dirtyOf("LMOVE k k LEFT RIGHT"), 1);
  assertEquals(dirtyOf("LRANGE k 0 -1"), 0);
  assertEquals(dirtyOf("SORT k ALPHA STORE l"), 2);
  assertEquals(dirtyOf("LMPOP 1 k LEFT COUNT 5"), 2);
});

Deno.test("LTRIM that removes nothing is no change worth propagating, as in Redis", () => {
  const harness = new EngineHarness();
  harness.run("RPUSH k a b");
  assertEquals(harness.trace("LTRIM k 0 -1"), { reply: "OK", effects: [], events: ["ltrim k"] });
});

Deno.test("a command that does nothing is not propagated, one that does as it came", () => {
  const harness = new EngineHarness();
  const effectsOf = (line: string) => harness.trace(line).effects;
  assertEquals(effectsOf("LPOP missing"), []);
  assertEquals(effectsOf("LMOVE missing k LEFT LEFT"), []);
  assertEquals(effectsOf("LPUSHX missing a"), []);
  assertEquals(effectsOf("RPUSH k 1 2 3"), ["RPUSH k 1 2 3"]);
  assertEquals(effectsOf("LREM k 0 x"), []);
  assertEquals(effectsOf("RPOP k 5"), ["RPOP k 5"]);
});

Deno.test("replies are those of the protocol: null arrays, nulls and nested arrays", () => {
  const { client } = new EngineHarness();
  const both = (line: string) => {
    const replies = ([2, 3] as const).map((protocol) => {
      client.protocol = protocol;
      return client.wire(line);
    });
    client.protocol = 2;
    return replies;
  };
  assertEquals(both("LPOP missing"), ["$-1\r\n", "_\r\n"]);
  assertEquals(both("RPOP missing 1"), ["*-1\r\n", "_\r\n"]);
  assertEquals(both("LPOP missing 0"), ["*-1\r\n", "_\r\n"]);
  assertEquals(both("LMPOP 1 missing LEFT"), ["*-1\r\n", "_\r\n"]);
  assertEquals(both("LINDEX missing 0"), ["$-1\r\n", "_\r\n"]);
  assertEquals(both("LPOS missing a"), ["$-1\r\n", "_\r\n"]);
  assertEquals(both("LPOS missing a COUNT 0"), ["*0\r\n", "*0\r\n"]);
  assertEquals(both("RPOPLPUSH missing a"), ["$-1\r\n", "_\r\n"]);
  assertEquals(both("LRANGE missing 0 -1"), ["*0\r\n", "*0\r\n"]);
  client.run("RPUSH k a b");
  assertEquals(client.wire("LPOP k 0"), "*0\r\n");
  assertEquals(
    client.wire("LMPOP 1 k RIGHT COUNT 2"),
    "*2\r\n$1\r\nk\r\n*2\r\n$1\r\nb\r\n$1\r\na\r\n",
  );
});
