import { assert, assertEquals } from "@std/assert";
import {
  CLASS_BLOCKS,
  CLASS_COUNT,
  CLASS_OF_UNITS,
  CLASS_PAGES,
  CLASS_UNITS,
  MAX_SMALL_UNITS,
  PAGE_UNITS,
} from "../../src/memory/size_classes.ts";

Deno.test("every request gets the smallest class that holds it", () => {
  for (let units = 0; units <= MAX_SMALL_UNITS; units++) {
    const sizeClass = CLASS_OF_UNITS[units];
    assert(sizeClass > 0, `${units} units have a class`);
    assert(CLASS_UNITS[sizeClass] >= units);
    if (sizeClass > 1) assert(CLASS_UNITS[sizeClass - 1] < units);
  }
  assertEquals(CLASS_UNITS[CLASS_COUNT - 1], MAX_SMALL_UNITS);
});

Deno.test("a block wastes at most a sixteenth, 7 bytes when it is short", () => {
  for (let units = 65; units <= MAX_SMALL_UNITS; units++) {
    const given = CLASS_UNITS[CLASS_OF_UNITS[units]];
    assert(given - units <= units / 16, `${units} units take ${given}`);
  }
  for (let units = 1; units <= 64; units++) assertEquals(CLASS_UNITS[CLASS_OF_UNITS[units]], units);
});

Deno.test("a span holds at least four blocks and wastes little at its end", () => {
  for (let sizeClass = 1; sizeClass < CLASS_COUNT; sizeClass++) {
    const units = CLASS_PAGES[sizeClass] * PAGE_UNITS;
    const used = CLASS_BLOCKS[sizeClass] * CLASS_UNITS[sizeClass];
    assert(CLASS_BLOCKS[sizeClass] >= 4);
    assert(used <= units);
    assert((units - used) * 96 <= units, `class ${sizeClass} wastes ${units - used} of ${units}`);
  }
});
