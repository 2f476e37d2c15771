/** The comparison itself: it must be silent on equal servers and find what differs on unequal ones. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { startRedis, testWithRedis } from "../support/redis_server.ts";
import { Seeded } from "../support/seeded.ts";
import type { Flags } from "../support/server_process.ts";
import { splitWords } from "../support/words.ts";
import { SEQUENCES } from "./command_tables.ts";
import { generate, parseSyntax } from "./grammar.ts";
import { ServerPair } from "./pair.ts";
import { compareSequences } from "./random_sequence.ts";
import { parseTranscript, runTranscript } from "./transcript.ts";
import { VOCABULARY } from "./vocabulary.ts";

Deno.test("words are split as redis-cli splits them", () => {
  assertEquals(splitWords(`SET  k "a\\x00\\"b\\n" 'it\\'s' ""`), [
    "SET",
    "k",
    'a\0"b\n',
    "it's",
    "",
  ]);
});

Deno.test("a syntax makes each of its forms", () => {
  const syntax = parseSyntax("A <x>+ [B|C <y>]");
  const random = new Seeded(1);
  const vocabulary = { x: () => "x", y: () => "y" };
  const made = new Set<string>();
  for (let round = 0; round < 300; round++) {
    made.add(generate(syntax, vocabulary, random).join(" ").toUpperCase());
  }
  for (const form of ["A X", "A X X X X", "A X B", "A X X C Y"]) assert(made.has(form), form);
});

Deno.test("every row of the command tables can be generated", () => {
  for (const rows of Object.values(SEQUENCES)) {
    for (const { syntax } of rows) {
      for (let seed = 0; seed < 20; seed++) {
        const words = generate(parseSyntax(syntax), VOCABULARY, new Seeded(seed));
        assert(words.length > 0);
      }
    }
  }
});

testWithRedis("two servers that are the same show no difference", async () => {
  await using pair = await ServerPair.start({}, startRedis);
  for (const rows of Object.values(SEQUENCES)) {
    await compareSequences(pair, rows, { seeds: 2, length: 400 });
  }
});

testWithRedis("a difference is found and cut down to the commands that show it", async () => {
  const lame = (flags: Flags) => startRedis({ ...flags, "rename-command": ["APPEND", "APPENDED"] });
  await using pair = await ServerPair.start({}, lame);
  const error = await assertRejects(
    () => compareSequences(pair, SEQUENCES.strings, { seeds: 1, length: 400 }),
    Error,
    "TEST_SEED=",
  );
  assertStringIncludes(error.message, "these 1 commands show it:\n  ");
  assertStringIncludes(error.message.toUpperCase(), "COMMAND:      APPEND");
});

testWithRedis("a transcript reports the line, the command and both replies", async () => {
  const lame = (flags: Flags) => startRedis({ ...flags, "rename-command": ["APPEND", "APPENDED"] });
  await using pair = await ServerPair.start({}, lame);
  const transcript = parseTranscript("SET k 1\n# comment\nAPPEND k 2\n@ignore\nAPPEND k 3\nGET n");
  const differences = await runTranscript(pair, transcript);
  assertEquals(differences.length, 1);
  assertStringIncludes(differences[0], "line 3\ncommand:      APPEND k 2");
  assertStringIncludes(differences[0], "unknown command");
});
