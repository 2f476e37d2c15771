// When a list is a listpack and when a chain of them: the rules of Redis 7.2.
import { assertEquals } from "@std/assert";
import type { EngineHarness } from "../../support/engine_harness.ts";
import { harnessWithNodes } from "./fixture.ts";

function encodingOf(harness: EngineHarness, key = "k"): unknown {
  return harness.run(`OBJECT ENCODING ${key}`);
}

const QUICKLIST = "quicklist", LISTPACK = "listpack";

Deno.test("a list of more elements than a node may hold is a quicklist", () => {
  for (const push of ["RPUSH", "LPUSH"]) {
    const harness = harnessWithNodes(4);
    harness.run(`${push} k a b c d`);
    assertEquals(encodingOf(harness), LISTPACK);
    harness.run(`${push} k e`);
    assertEquals(encodingOf(harness), QUICKLIST);
    harness.run(`${push} many a b c d e`);
    assertEquals(encodingOf(harness, "many"), QUICKLIST);
  }
});

Deno.test("a list of more bytes than a node may hold is a quicklist", () => {
  const harness = harnessWithNodes(-1);
  // A listpack has 7 bytes of its own.
  harness.run(["RPUSH", "k", "x".repeat(4089)]);
  assertEquals(encodingOf(harness), LISTPACK);
  harness.run(["RPUSH", "other", "x".repeat(4090)]);
  assertEquals(encodingOf(harness, "other"), QUICKLIST);
  harness.run("RPUSH k 1");
  assertEquals(encodingOf(harness), QUICKLIST);
});

Deno.test("a limit on elements is one on bytes too, 8 KiB", () => {
  const harness = harnessWithNodes(1000);
  harness.run(["RPUSH", "k", "x".repeat(8185)]);
  assertEquals(encodingOf(harness), LISTPACK);
  harness.run(["RPUSH", "k", "y"]);
  assertEquals(encodingOf(harness), QUICKLIST);
});

Deno.test("a quicklist becomes a listpack at half of the limit, by every command that removes", () => {
  const shrinks = [
    "LPOP k 3",
    "RPOP k 3",
    "LTRIM k 0 3",
    "LTRIM k -4 -1",
    "LREM k 0 a",
    "LMPOP 1 k LEFT COUNT 3",
    "BLMPOP 0 1 k RIGHT COUNT 3",
  ];
  for (const line of shrinks) {
    const harness = harnessWithNodes(8);
    harness.run("RPUSH k a a a 1 2 3 4 5 6");
    harness.run("RPOP k 2");
    assertEquals([encodingOf(harness), harness.run("LLEN k")], [QUICKLIST, 7]);
    harness.run(line);
    assertEquals([encodingOf(harness), harness.run("LLEN k")], [LISTPACK, 4], line);
  }
});

Deno.test("popping one by one crosses over at half of the limit as well, pushing does not go back", () => {
  const harness = harnessWithNodes(8);
  harness.run("RPUSH k 1 2 3 4 5 6 7 8 9");
  const encodings: unknown[] = [];
  for (let i = 0; i < 6; i++) {
    harness.run(i % 2 === 0 ? "LPOP k" : "RPOPLPUSH k other");
    encodings.push(encodingOf(harness));
  }
  assertEquals(encodings, [...Array(4).fill(QUICKLIST), LISTPACK, LISTPACK]);
  harness.run("RPUSH k 1 2 3 4 5");
  assertEquals(encodingOf(harness), LISTPACK);
  harness.run("RPUSH k 1");
  assertEquals(encodingOf(harness), QUICKLIST);
});

Deno.test("a limit on bytes is halved in the same way", () => {
  const harness = harnessWithNodes(-1);
  harness.run(["RPUSH", "k", ...Array(20).fill("x".repeat(300))]);
  // 300 bytes take 304: six and a header are below 2048.
  while (harness.run("LLEN k") !== 7) harness.run("LPOP k");
  assertEquals(encodingOf(harness), QUICKLIST);
  harness.run("LPOP k");
  assertEquals(encodingOf(harness), LISTPACK);
});

Deno.test("LSET and LINSERT convert before they look; LSET may make the list small again", () => {
  const harness = harnessWithNodes(-1);
  const long = "x".repeat(5000);
  harness.run("RPUSH k a b");
  harness.run(["LINSERT", "k", "BEFORE", "nothing", long]);
  assertEquals(encodingOf(harness), QUICKLIST);
  harness.run("LSET k 0 A");
  assertEquals(encodingOf(harness), LISTPACK);
  assertEquals(harness.client.refusal(["LSET", "k", 5, long]), "ERR index out of range");
  assertEquals(encodingOf(harness), QUICKLIST);
  harness.run(["LSET", "k", 0, long]);
  assertEquals(encodingOf(harness), QUICKLIST);
  harness.run("LSET k 0 A");
  assertEquals([encodingOf(harness), harness.run("LRANGE k 0 -1")], [LISTPACK, ["A", "b"]]);
});

Deno.test("LMOVE within one list does not convert it, though it is full", () => {
  const harness = harnessWithNodes(4);
  harness.run("RPUSH k a b c d");
  for (const sides of ["LEFT RIGHT", "RIGHT LEFT", "LEFT LEFT", "RIGHT RIGHT"]) {
    harness.run(`LMOVE k k ${sides}`);
    assertEquals(encodingOf(harness), LISTPACK, sides);
  }
  assertEquals(harness.run("LRANGE k 0 -1"), ["a", "b", "c", "d"]);
});

Deno.test("what SORT stores is a listpack up to the whole limit", () => {
  const harness = harnessWithNodes(4);
  harness.run("RPUSH k 5 4 3 2 1");
  harness.run("SORT k STORE whole");
  harness.run("SORT k LIMIT 0 4 STORE part");
  assertEquals([encodingOf(harness, "whole"), encodingOf(harness, "part")], [QUICKLIST, LISTPACK]);
});

Deno.test("list-max-listpack-size and list-compress-depth hold for what is written after they change", () => {
  const harness = harnessWithNodes(-2);
  const elements = Array.from({ length: 400 }, (_, i) => `element ${i % 7}`);
  harness.run(["RPUSH", "k", ...elements]);
  assertEquals(encodingOf(harness), LISTPACK);
  harness.run("CONFIG SET list-max-listpack-size 16 list-compress-depth 1");
  assertEquals(encodingOf(harness), LISTPACK);
  harness.run("RPUSH k more");
  assertEquals(encodingOf(harness), QUICKLIST);
  harness.run(["RPUSH", "packed", ...elements]);
  assertEquals(harness.run("LRANGE packed 0 -1"), elements);
  harness.run("CONFIG SET list-compress-depth 0");
  harness.run(["RPUSH", "plain", ...elements]);
  const [packed, plain] = ["packed", "plain"].map((key) => harness.run(`MEMORY USAGE ${key}`));
  assertEquals(Number(packed) < Number(plain) * 0.6, true, `${packed} and ${plain} bytes`);
  assertEquals(harness.run("DEBUG DIGEST-VALUE packed"), harness.run("DEBUG DIGEST-VALUE plain"));
});

Deno.test("a copy keeps the encoding and is independent of what it was made from", () => {
  for (const size of [4, 128]) {
    const harness = harnessWithNodes(size);
    harness.run("RPUSH k 1 2 3 4 5 6");
    harness.run("COPY k copy");
    assertEquals(encodingOf(harness, "copy"), encodingOf(harness));
    harness.run("LPOP copy 2");
    harness.run("RPUSH k 7");
    harness.run("DEL k");
    assertEquals(harness.run("LRANGE copy 0 -1"), ["3", "4", "5", "6"]);
  }
});
