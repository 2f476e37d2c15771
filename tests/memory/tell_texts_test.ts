import { assert, assertEquals } from "@std/assert";
import { Arena } from "../../src/memory/arena.ts";
import { Listpack } from "../../src/memory/listpack.ts";
import { RUN_TEXT_MAX_BYTES, tellTexts } from "../../src/memory/tell_texts.ts";
import { latin1 } from "../../src/base/bytes.ts";
import { sliceOf } from "./packed_fixture.ts";

/** Lengths around every change of an element's form, of its header and of the length behind it. */
function* lengths(): Generator<number> {
  for (let length = 0; length <= 300; length++) yield length;
  for (const edge of [RUN_TEXT_MAX_BYTES, 4095, 16381, 16383]) {
    for (let d = -4; d <= 4; d++) yield edge + d;
  }
}

function append(list: Listpack, text: string): void {
  const { bytes, start, end } = sliceOf(text);
  list.append(bytes, start, end);
}

function tell(list: Listpack, from: number, count: number): { told: number; texts: string[] } {
  const texts: string[] = [];
  const told = tellTexts(list.arena.u8, list.base + from, count, {
    bulkRange: (bytes, start, end) => texts.push(latin1(bytes, start, end)),
    bulkRanges(bytes, base, bounds, count) {
      assert(count > 0);
      for (let i = 0; i < count * 2; i += 2) {
        assert(bounds[i + 1] - bounds[i] <= RUN_TEXT_MAX_BYTES);
        texts.push(latin1(bytes, base + bounds[i], base + bounds[i + 1]));
      }
    },
  });
  return { told, texts };
}

Deno.test("telling texts finds the element behind one of any length", () => {
  for (const length of lengths()) {
    const texts = ["x".repeat(length), "behind", "-70000", "9007199254740993"];
    const list = new Listpack(new Arena());
    list.create();
    for (const text of texts) append(list, text);
    assertEquals(tell(list, list.first(), 10), { told: 4, texts }, `length ${length}`);
    assertEquals(tell(list, list.first(), 2), { told: 2, texts: texts.slice(0, 2) });
  }
});

Deno.test("telling texts begins with any element", () => {
  const list = new Listpack(new Arena());
  list.create();
  for (const text of ["a", "7", "c"]) append(list, text);
  assertEquals(tell(list, list.seek(1), 9).texts, ["7", "c"]);
});

Deno.test("telling texts stops after as many as are wanted, whatever forms they have", () => {
  const list = new Listpack(new Arena());
  list.create();
  // Texts of both short forms, with an integer or a long text between them now and then.
  const texts = Array.from({ length: 400 }, (_, i) => {
    if (i % 67 === 66) return `${i}`;
    if (i % 50 === 49) return "l".repeat(400 + i);
    if (i % 150 === 148) return "l".repeat(4096 + i);
    return "x".repeat(i % 140) + ".";
  });
  for (const text of texts) append(list, text);
  for (const count of [1, 63, 64, 65, 66, 67, 68, 127, 128, 129, 200, 399, 400, 401, 1000]) {
    const expected = texts.slice(0, count);
    assertEquals(tell(list, list.first(), count), { told: expected.length, texts: expected });
  }
});
