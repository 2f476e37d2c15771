// What is true of every command, tried with an example of each.
import { assert, assertEquals } from "@std/assert";
import { latin1, latin1Bytes } from "../../src/base/bytes.ts";
import { Slice } from "../../src/base/slice.ts";
import { findKeys, mayHaveKeys } from "../../src/engine/key_finder.ts";
import { digestOfKeyspace } from "../../src/store/digest.ts";
import { EngineHarness } from "../support/engine_harness.ts";
import type { Reply } from "../support/reply.ts";
import { callableRows, checkEach, exampleOf, NOT_RUN, type Row, typeMakers } from "./examples.ts";

const MAKERS = typeMakers();
const WRONG_TYPE = "WRONGTYPE Operation against a key holding the wrong kind of value";

function newHarness(): EngineHarness {
  return new EngineHarness({ config: { "enable-debug-command": "yes" } });
}

/** A harness with a key of each type, named after it, one of them with an expiry. */
function filledHarness(): EngineHarness {
  const harness = newHarness();
  for (const { type, make } of MAKERS) harness.run(make(type));
  harness.run("SET volatile v EX 1000");
  harness.takeEffects();
  harness.takeEvents();
  return harness;
}

/** Runs a check for each command that can be tried. */
function forEachCommand(check: (row: Row) => void): void {
  checkEach(callableRows().filter(({ fullName }) => !(fullName in NOT_RUN)), check);
}

/** The one reply to a command; a blocking one may give it when its time is up. */
function replyTo({ client, engine, clock }: EngineHarness, { spec }: Row, words: string[]): Reply {
  client.send(words);
  if (client.parked) {
    assert(spec.flags.includes("blocking"), "only blocking commands wait");
    engine.parking.expire(clock.nowMs() + 1e9);
    if (client.parked) engine.unpark(client.session);
  }
  const replies = client.takeReplies();
  assertEquals(replies.length, 1, `${words}`);
  return replies[0];
}

Deno.test("a wrong number of arguments is refused with the exact error, before anything else", () => {
  forEachCommand((row) => {
    const { spec, container, fullName } = row;
    const harness = newHarness();
    const reason = `wrong number of arguments for '${fullName}' command`;
    const error = spec.runsTransaction
      ? `EXECABORT Transaction discarded because of: ${reason}`
      : `ERR ${reason}`;
    const names = container === undefined ? [spec.name] : [container.name, spec.name];
    const least = Math.abs(spec.arity);
    const pad = (count: number) => [...names, ...Array(count).fill("x")].slice(0, count);
    if (least - 1 >= names.length) assertEquals(harness.client.refusal(pad(least - 1)), error);
    if (spec.arity > 0) assertEquals(harness.client.refusal(pad(least + 1)), error);
    assertEquals(harness.engine.registry.byName(fullName)!.stats.failedCalls, 0);
    assert(harness.engine.registry.byName(fullName)!.stats.rejectedCalls <= 2);
  });
});

Deno.test("the example of every command has the right number of arguments", () => {
  forEachCommand((row) => {
    const { arity } = row.spec;
    const { length } = exampleOf(row, "k");
    assert(arity > 0 ? length === arity : length >= -arity, `${exampleOf(row, "k")}`);
  });
});

Deno.test("every command gives one well-formed reply in RESP2 and in RESP3, on any type of key", () => {
  forEachCommand((row) => {
    for (const protocol of [2, 3] as const) {
      for (const { type } of [...MAKERS, { type: "missing" }]) {
        const harness = filledHarness();
        harness.client.protocol = protocol;
        replyTo(harness, row, exampleOf(row, type));
      }
    }
  });
});

/** Commands that replace a value or look at any type, though they stand in the group of one type. */
const TAKES_ANY_TYPE = new Set([
  "set",
  "mset",
  "msetnx",
  "setnx",
  "setex",
  "psetex",
  "mget",
  "lcs",
]);
/** Commands for sorted sets that take sets, too. */
const TAKES_SETS = new Set(["zunion", "zinter", "zdiff", "zintercard"]);
/** Commands whose first key is the destination, which may be of any type. */
const WRITES_TO_FIRST = /store$|^bitop$|^pfmerge$/;

Deno.test("a command for one type refuses every other type and changes nothing", () => {
  let refused = 0;
  forEachCommand((row) => {
    const { spec, fullName } = row;
    if (!mayHaveKeys(spec) || TAKES_ANY_TYPE.has(fullName) || WRITES_TO_FIRST.test(fullName)) {
      return;
    }
    const own = MAKERS.filter(({ groups }) => groups.includes(spec.group));
    if (own.length === 0) return;
    for (const { type } of MAKERS) {
      if (own.some((maker) => maker.type === type)) continue;
      if (type === "set" && TAKES_SETS.has(fullName)) continue;
      const harness = filledHarness();
      const before = digestOfKeyspace(harness.keyspace).toString();
      assertEquals(harness.client.refusal(exampleOf(row, type)), WRONG_TYPE, `on a ${type}`);
      assertEquals(digestOfKeyspace(harness.keyspace).toString(), before);
      assertEquals(harness.takeEffects(), []);
      assertEquals(harness.takeEvents(), []);
      refused++;
    }
  });
  assert(MAKERS.length < 2 || refused > 10, `${refused} refusals were seen`);
});

Deno.test("a command that is not for writing changes nothing", () => {
  forEachCommand((row) => {
    if (row.spec.flags.includes("write")) return;
    for (const { type } of [...MAKERS, { type: "missing" }, { type: "volatile" }]) {
      const harness = filledHarness();
      const { dirty } = harness.keyspace;
      const before = digestOfKeyspace(harness.keyspace).toString();
      replyTo(harness, row, exampleOf(row, type));
      assertEquals(digestOfKeyspace(harness.keyspace).toString(), before, `on a ${type}`);
      assertEquals([harness.keyspace.dirty, harness.takeEffects()], [dirty, []]);
      assertEquals(harness.takeEvents(), []);
    }
  });
});

Deno.test("a command that is refused or fails leaves no effect", () => {
  forEachCommand((row) => {
    if (!mayHaveKeys(row.spec)) return;
    for (const { type } of MAKERS) {
      const harness = filledHarness();
      const reply = replyTo(harness, row, [...exampleOf(row, type), "surplus", "\xff"]);
      if (reply.type !== "error") continue;
      assertEquals(harness.takeEffects(), [], reply.text);
      assertEquals(harness.takeEvents(), [], reply.text);
    }
  });
});

/** Keys that a command looks up in database 0 while it runs. */
function touchedKeys(harness: EngineHarness, row: Row, words: string[]): Set<string> {
  const touched = new Set<string>();
  const [database] = harness.keyspace.databases;
  const { peek } = database;
  database.peek = (key) => {
    touched.add(latin1(key.bytes, key.start, key.end));
    return peek.call(database, key);
  };
  replyTo(harness, row, words);
  database.peek = peek;
  return touched;
}

/** Commands that look at keys which no argument names, or at none though they have key arguments. */
const TOUCHES_OTHERS = new Set(["scan", "keys", "randomkey", "exec", "sort"]);
const TOUCHES_NONE = new Set(["watch", "object|help", "memory|help"]);

Deno.test("the keys that a command touches are the keys that its specs name", () => {
  forEachCommand((row) => {
    const { spec, fullName } = row;
    if (TOUCHES_OTHERS.has(fullName)) return;
    const words = exampleOf(row, "missing");
    const slices = words.map((word) => new Slice(latin1Bytes(word)));
    const found = mayHaveKeys(spec) ? findKeys(spec, { slices, count: slices.length }) : [];
    const named = new Set((found ?? []).map(({ position }) => words[position]));
    const touched = touchedKeys(newHarness(), row, words);
    for (const key of touched) assert(named.has(key), `${words} touches ${key}, not named`);
    if (TOUCHES_NONE.has(fullName) || named.size === 0) return;
    assert(touched.size > 0, `${words} touches none of the keys it names`);
  });
});

Deno.test("a write that changed something says so: effects, events and dirty go together", () => {
  forEachCommand((row) => {
    const { spec } = row;
    if (!spec.flags.includes("write") || row.fullName === "exec") return;
    for (const { type } of [...MAKERS, { type: "missing" }, { type: "volatile" }]) {
      const harness = filledHarness();
      const { dirty } = harness.keyspace;
      const before = digestOfKeyspace(harness.keyspace).toString();
      replyTo(harness, row, exampleOf(row, type));
      const changed = digestOfKeyspace(harness.keyspace).toString() !== before;
      const effects = harness.takeEffects();
      if (changed) {
        assert(harness.keyspace.dirty > dirty, `on a ${type}: dirty stays`);
        assert(effects.length > 0, `on a ${type}: nothing is propagated`);
        assert(harness.takeEvents().length > 0, `on a ${type}: nobody is told`);
      }
    }
  });
});
