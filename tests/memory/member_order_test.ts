import { assertEquals } from "@std/assert";
import { compareBytes } from "../../src/base/bytes.ts";
import { Arena } from "../../src/memory/arena.ts";
import { ENTRY_KEY_OFFSET } from "../../src/memory/hash_table.ts";
import { compareMembers } from "../../src/memory/member_order.ts";
import { forEachSeed } from "../support/seeded.ts";

Deno.test("members are ordered as their bytes are, wherever they begin to differ", async () => {
  await forEachSeed(3, (random) => {
    const arena = new Arena(1 << 20);
    const prefix = Array.from({ length: 12 }, () => random.below(256));
    const members = Array.from({ length: 150 }, () => {
      const same = prefix.slice(0, random.below(13));
      const rest = Array.from({ length: random.below(7) }, () => random.below(3) * 127);
      return Uint8Array.from([...same, ...rest]);
    });
    const refs = members.map((bytes) => {
      const ref = arena.allocate(ENTRY_KEY_OFFSET + bytes.length);
      arena.i32[ref * 2 + 2] = bytes.length;
      arena.u8.set(bytes, ref * 8 + ENTRY_KEY_OFFSET);
      return ref;
    });
    members.forEach((a, i) =>
      members.forEach((b, j) => {
        const expected = Math.sign(compareBytes(a, 0, a.length, b, 0, b.length));
        assertEquals(Math.sign(compareMembers(arena, refs[i], refs[j])), expected, `${a} ${b}`);
      })
    );
  });
});
