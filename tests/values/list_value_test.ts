import { assert, assertEquals } from "@std/assert";
import { ListValues } from "../../src/values/list_values.ts";
import { EngineHarness } from "../support/engine_harness.ts";
import { slice, valueServices } from "./value_fixture.ts";

/** Elements of which a node of the default size holds eight. */
const ELEMENT = "x".repeat(1000);
const ELEMENTS_PER_NODE = 8;

Deno.test("a long list is freed in slices, so many nodes at a time", () => {
  const services = valueServices();
  const lists = new ListValues(services);
  const list = lists.window.createLong();
  const nodes = 1000;
  for (let i = 0; i < nodes * ELEMENTS_PER_NODE; i++) list.push(slice(`${ELEMENT}${i}`), false);
  assertEquals(list.chain!.nodes, nodes);
  const work = lists.freeInSlices(list.encoding, list.value);
  assert(work !== undefined);
  assertEquals(lists.chains.size, 0);
  const nodeBytes = Math.ceil(services.arena.usedBytes / nodes);
  let slices = 1;
  for (let before = services.arena.usedBytes; !work.run(50); slices++) {
    const freed = before - services.arena.usedBytes;
    assert(freed <= 51 * nodeBytes, `${freed} bytes in a slice`);
    before = services.arena.usedBytes;
  }
  assertEquals(slices, nodes / 50);
  assertEquals(services.arena.usedBytes, 0);
});

Deno.test("a small list is freed at once", () => {
  const lists = new ListValues(valueServices());
  const list = lists.window.create();
  assertEquals(lists.freeInSlices(list.encoding, list.value), undefined);
});

const LAZY: Record<string, string[]> = {
  "UNLINK": ["UNLINK l"],
  "FLUSHALL ASYNC": ["FLUSHALL ASYNC"],
  "FLUSHDB ASYNC": ["FLUSHDB ASYNC"],
  "DEL with lazyfree-lazy-user-del": ["CONFIG SET lazyfree-lazy-user-del yes", "DEL l"],
  "FLUSHALL with lazyfree-lazy-user-flush": [
    "CONFIG SET lazyfree-lazy-user-flush yes",
    "FLUSHALL",
  ],
  "RENAME with lazyfree-lazy-server-del": [
    "CONFIG SET lazyfree-lazy-server-del yes",
    "SET s 1",
    "RENAME s l",
    "DEL l",
  ],
};

for (const [name, lines] of Object.entries(LAZY)) {
  Deno.test(`${name} leaves a long list to the cron, which frees it in slices`, () => {
    const harness = new EngineHarness();
    const { graveyard } = harness.keyspace;
    const before = harness.arena.usedBytes;
    for (let i = 0; i < 100; i++) harness.run(["RPUSH", "l", ...Array(70).fill(ELEMENT)]);
    const full = harness.arena.usedBytes;
    for (const line of lines) harness.run(line);
    // A flushed database is dug up entry by entry, and its long values are left for later once more.
    let slices = 1;
    for (let used = full; graveyard.dig(20); slices++) {
      const freed = used - harness.arena.usedBytes;
      assert(freed <= full / 40, `${freed} of ${full} bytes in a slice`);
      used = harness.arena.usedBytes;
    }
    assert(slices >= 40, `${slices} slices`);
    harness.run("FLUSHALL SYNC"); // the database's own table
    assertEquals(harness.arena.usedBytes, before);
  });
}
