// Bytes come out of a queue as they went in.
import { assert, assertEquals } from "@std/assert";
import { concat, equals } from "@std/bytes";
import { ByteQueue } from "../../src/base/byte_queue.ts";
import { forEachSeed } from "../support/seeded.ts";

Deno.test("bytes come out of a queue in their order, however writes and takes alternate", async () => {
  await forEachSeed(20, (random) => {
    const queue = new ByteQueue();
    const written: Uint8Array[] = [], taken: Uint8Array[] = [];
    for (let step = 0; step < 200; step++) {
      if (random.chance(0.4)) {
        const before = queue.length, bytes = queue.take();
        assertEquals(bytes.length === 0, before === 0);
        assertEquals(queue.length, before - bytes.length);
        assert(bytes.length <= 64 << 10);
        taken.push(bytes);
        continue;
      }
      const size = random.pick([0, 1, 20, 511, 512, 513, 3000, 70_000]);
      const bytes = new Uint8Array(size).fill(random.below(256));
      queue.write(bytes);
      written.push(bytes.slice());
      bytes.fill(0); // the queue has a copy
    }
    while (queue.length > 0) taken.push(queue.take());
    assertEquals(queue.take().length, 0);
    assert(equals(concat(taken), concat(written)));
  });
});
