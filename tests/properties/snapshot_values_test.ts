// Values that are written in pieces are in the file as they were when the snapshot began, whatever
// becomes of them and of their keys meanwhile.
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { latin1Bytes } from "../../src/base/bytes.ts";
import { Slice } from "../../src/base/slice.ts";
import { Saving } from "../persistence/saving.ts";
import { forEachSeed } from "../support/seeded.ts";
import { draw, fill } from "./collection_words.ts";
import { drawGroups, drawPending, fillGroups, fillPending } from "./group_words.ts";
import { type Form, type Subject, takesOneInstant, takeWhile, valueIn } from "./one_instant.ts";
import { drawString, fillStrings } from "./string_words.ts";

const slice = (text: string) => new Slice(latin1Bytes(text));

/** Runs a subject with some seeds; answers how many slices there were, and the most bytes that waited. */
async function run(seeds: number, form: Form, subject: Subject): Promise<[number, number]> {
  let slices = 0, waited = 0;
  await forEachSeed(seeds, (random) => {
    const [count, bytes] = takesOneInstant(random, form, subject);
    slices += count;
    waited = Math.max(waited, bytes);
  });
  return [slices, waited];
}

for (const form of ["dump", "commands"] as const) {
  const file = form === "dump" ? "the dump" : "the commands";

  Deno.test(`large values that change while they are written are in ${file} as they were`, async () => {
    const [slices, waited] = await run(20, form, { fill, draw, elements: [1, 1, 4] });
    assert(slices > 1000, `${slices} slices`);
    assert(waited > 100, `${waited} bytes waited`);
  });

  Deno.test(`what is pending in groups of a stream is in ${file} as it was`, async () => {
    const subject = { fill: fillPending, draw: drawPending, elements: [1, 8] };
    const [slices, waited] = await run(10, form, subject);
    assert(slices > 1000, `${slices} slices`);
    assert(waited > 5000, `${waited} bytes waited`);
  });

  Deno.test(`many groups and consumers that change are in ${file} as they were`, async () => {
    const subject = { fill: fillGroups, draw: drawGroups, elements: [1, 4] };
    const [slices, waited] = await run(12, form, subject);
    assert(slices > 500, `${slices} slices`);
    assert(waited > 100, `${waited} bytes waited`);
  });

  Deno.test(`long strings that change while they are written are in ${file} as they were`, async () => {
    const subject = { fill: fillStrings, draw: drawString, elements: [2, 10, 100] };
    const [slices, waited] = await run(40, form, subject);
    assert(slices > 300, `${slices} slices`);
    assert(waited > 1000, `${waited} bytes waited`);
  });
}

Deno.test("a long string is written to its end after everything was flushed, its memory used again", () => {
  for (let key = 0; key < 20; key++) { // one of them in the last bucket of the table
    using saving = new Saving({ seed: key, config: { save: "" } });
    const { harness: { client, keyspace } } = saving, name = `string:${key}`;
    client.run(["SET", name, "old!".repeat(5000)]);
    const expected = saving.digest();
    let flushed = false;
    const how = { form: "dump", grain: { elements: 2, piecesFrom: 10 } } as const;
    const { bytes } = takeWhile(saving, how, () => true, ({ keysWritten }) => {
      if (flushed || keysWritten === 0) return; // it has yet to begin
      flushed = true;
      client.run("FLUSHALL SYNC");
      for (let other = 0; other < 4; other++) client.run(["SET", other, "new!".repeat(5000)]);
    });
    Deno.writeFileSync(saving.path, bytes);
    using other = new Saving({ folder: saving.folder });
    other.loader.loadNow(saving.path);
    assertEquals(other.digest(), expected, name);
    client.run("FLUSHALL SYNC");
    while (keyspace.graveyard.dig(1000)) { /* until nothing is left */ }
    assertEquals(keyspace.arena.usedBytes, keyspace.startupBytes, "everything is given back");
  }
});

for (const form of ["dump", "commands"] as const) {
  Deno.test(`a long string that moves while it is written is in the ${form} as it was`, () => {
    using saving = new Saving({ config: { save: "" } });
    const { harness: { client, keyspace } } = saving, name = "grown";
    const text = Array.from({ length: 9000 }, (_, i) => `${i * 7919 % 9001} `).join("");
    client.run(["SET", name, text]);
    client.run(["SET", "behind", text]); // no room to grow
    client.run("DEL behind");
    client.run(["SET", "next", text]);
    let changes = 0;
    const grain = { elements: 8, piecesFrom: 10 };
    const { bytes } = takeWhile(saving, { form, grain }, () => true, () => {
      const block = () => keyspace.databases[0].valueOf(keyspace.databases[0].peek(slice(name)));
      const before = block();
      if (changes++ === 1) client.run(["APPEND", name, "z".repeat(2_000_000)]);
      if (changes === 2) assertNotEquals(block(), before, "it moved");
      if (changes < 9) client.run(["SETRANGE", name, text.length - changes * 2000, "changed!"]);
      client.run(["SET", `other:${changes}`, "x".repeat(40_000)]); // where it was
    });
    assert(changes > 4, `${changes} changes`);
    assertEquals(valueIn(bytes, form, name), text);
  });
}
