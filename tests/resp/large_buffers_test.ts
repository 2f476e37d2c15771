import { assert, assertEquals } from "@std/assert";
import {
  forgetLargeBuffers,
  giveLargeBuffer,
  LARGE_REPLY_BYTES,
  takeLargeBuffer,
} from "../../src/resp/large_buffers.ts";
import { ReplyWriter } from "../../src/resp/reply_writer.ts";

Deno.test("a large buffer that was given back is taken again, one of an odd size is not", () => {
  const buffer = takeLargeBuffer(LARGE_REPLY_BYTES + 1);
  assert(buffer.length > LARGE_REPLY_BYTES);
  giveLargeBuffer(buffer);
  assertEquals(takeLargeBuffer(100_000) === buffer, true);
  const huge = takeLargeBuffer(5_000_000);
  assert(huge.length >= 5_000_000);
  giveLargeBuffer(huge);
  assertEquals(takeLargeBuffer(100_000) === huge, false);
});

Deno.test("two writers never share a buffer, however large their replies grow", () => {
  const writers = [1, 2].map(() => new ReplyWriter());
  const values = ["a", "b"].map((letter) => new TextEncoder().encode(letter.repeat(1000)));
  for (let i = 0; i < 3000; i++) {
    for (const [n, writer] of writers.entries()) writer.bulkRange(values[n], 0, 1000);
  }
  for (const [n, writer] of writers.entries()) {
    const text = new TextDecoder().decode(writer.buffer.subarray(0, writer.length));
    assertEquals(text === `$1000\r\n${"ab"[n].repeat(1000)}\r\n`.repeat(3000), true);
  }
});

Deno.test("what nobody needed from one call to the next is let go of, the rest is kept", () => {
  for (let i = 0; i < 2; i++) forgetLargeBuffers(); // what other tests left
  const buffers = [1, 2, 3].map(() => takeLargeBuffer(200_000));
  for (const buffer of buffers) giveLargeBuffer(buffer);
  assertEquals(forgetLargeBuffers(), 0); // all were in use since the last call
  giveLargeBuffer(takeLargeBuffer(200_000));
  assertEquals(forgetLargeBuffers(), 2 * buffers[0].length);
  const kept = takeLargeBuffer(200_000);
  assertEquals(buffers.includes(kept), true);
  assertEquals(buffers.includes(takeLargeBuffer(200_000)), false);
});
