import { assert, assertEquals, assertThrows } from "@std/assert";
import { InvariantError } from "../../src/base/invariant.ts";
import { HandleTable } from "../../src/values/handle_table.ts";
import { forEachSeed } from "../support/seeded.ts";

Deno.test("a handle is positive and finds its object until it is released", () => {
  const table = new HandleTable<{ name: string }>();
  const object = { name: "first" };
  const handle = table.add(object);
  assert(handle > 0);
  assert(table.get(handle) === object);
  assertEquals(table.size, 1);
  assert(table.release(handle) === object);
  assertEquals(table.size, 0);
  assertThrows(() => table.get(handle), InvariantError);
  assertThrows(() => table.release(handle), InvariantError);
});

Deno.test("handle 0 and handles never given out are refused", () => {
  const table = new HandleTable<object>();
  table.add({});
  for (const handle of [0, 2, 99]) assertThrows(() => table.get(handle), InvariantError);
});

Deno.test("an object takes the place of another under the same handle", () => {
  const table = new HandleTable<{ name: string }>();
  const handle = table.add({ name: "old" });
  table.replace(handle, { name: "new" });
  assertEquals(table.get(handle).name, "new");
  assertEquals(table.size, 1);
});

Deno.test("handles of any order of additions and releases agree with a map", async () => {
  await forEachSeed(5, (random) => {
    const table = new HandleTable<{ id: number }>();
    const model = new Map<number, number>();
    let most = 0;
    for (let step = 0; step < 4000; step++) {
      const handles = [...model.keys()];
      if (model.size === 0 || (random.chance(0.55) && model.size < 200)) {
        const handle = table.add({ id: step });
        assert(!model.has(handle), "a handle in use is not given out");
        model.set(handle, step);
        most = Math.max(most, model.size);
        assert(handle <= most, "released handles are used before new ones");
      } else {
        const handle = random.pick(handles);
        assertEquals(table.release(handle).id, model.get(handle));
        model.delete(handle);
      }
      assertEquals(table.size, model.size);
      for (const [handle, id] of model) {
        if (table.get(handle).id !== id) throw new Error("mixed up");
      }
    }
  });
});
