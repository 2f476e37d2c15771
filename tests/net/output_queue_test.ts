import { assert, assertEquals } from "@std/assert";
import { latin1 } from "../../src/base/bytes.ts";
import { ReplyGate } from "../../src/engine/reply_gate.ts";
import { OutputQueue } from "../../src/net/output_queue.ts";
import { LARGE_REPLY_BYTES, LARGEST_KEPT_BYTES } from "../../src/resp/large_buffers.ts";
import { ReplyWriter } from "../../src/resp/reply_writer.ts";

/** Takes what it is offered when the test says so, and no more of it than the test says. */
class SlowTarget {
  taken = "";
  #pending: { bytes: Uint8Array; settle: PromiseWithResolvers<number> } | undefined;

  write(bytes: Uint8Array): Promise<number> {
    if (this.#pending !== undefined) throw new Error("a second write while one is under way");
    const settle = Promise.withResolvers<number>();
    this.#pending = { bytes, settle };
    return settle.promise;
  }

  get offered(): number {
    return this.#pending?.bytes.length ?? 0;
  }

  async take(count: number): Promise<void> {
    const { bytes, settle } = this.#pending!;
    this.#pending = undefined;
    this.taken += latin1(bytes, 0, count);
    settle.resolve(count);
    await settled();
  }

  async fail(): Promise<void> {
    const { settle } = this.#pending!;
    this.#pending = undefined;
    settle.reject(new Deno.errors.BrokenPipe("gone"));
    await settled();
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function queue(gate?: ReplyGate) {
  const target = new SlowTarget(), writer = new ReplyWriter();
  const seen = { written: 0, errors: 0 };
  const output = new OutputQueue({
    target,
    writer,
    onWritten: (bytes) => void (seen.written += bytes),
    onError: () => void seen.errors++,
    gate,
  });
  return { target, writer, output, seen };
}

Deno.test("replies of one length and of others leave as they were written, from both buffers", async () => {
  const { target, writer, output } = queue();
  let expected = "";
  for (let i = 0; i < 60; i++) {
    // Some grow the buffer, so that what was written before is part of another one.
    const text = "x".repeat(i % 20 === 19 ? 3000 + i : i % 7 < 5 ? 3 : 4) + String(i % 10);
    writer.simple(text);
    expected += `+${text}\r\n`;
    output.flush();
    await target.take(target.offered);
  }
  assertEquals(target.taken, expected);
});

Deno.test("writes that take less than offered lose and repeat nothing", async () => {
  const { target, writer, output, seen } = queue();
  let expected = "";
  for (let i = 0; i < 100; i++) {
    writer.integer(i);
    expected += `:${i}\r\n`;
    output.flush();
    if (target.offered > 0) await target.take(1 + i % target.offered);
  }
  while (target.offered > 0) await target.take(Math.min(3, target.offered));
  assertEquals(target.taken, expected);
  assertEquals(seen, { written: expected.length, errors: 0 });
  assertEquals(output.pendingBytes, 0);
});

Deno.test("what is written while a write is under way does not touch its buffer", async () => {
  const { target, writer, output } = queue();
  writer.simple("first");
  output.flush();
  writer.simple("second");
  output.flush();
  assertEquals(output.pendingBytes, "+first\r\n+second\r\n".length);
  await target.take(target.offered);
  await target.take(target.offered);
  assertEquals(target.taken, "+first\r\n+second\r\n");
});

Deno.test("drained() flushes, and resolves when all is written", async () => {
  const { target, writer, output } = queue();
  await output.drained();
  writer.simple("one");
  let done = false;
  const drained = output.drained().then(() => done = true);
  await target.take(2);
  writer.simple("two");
  await target.take(target.offered);
  assertEquals(done, false);
  await target.take(target.offered);
  await drained;
  assertEquals(target.taken, "+one\r\n+two\r\n");
});

Deno.test("after a failed write nothing is kept, and nobody waits for ever", async () => {
  const { target, writer, output, seen } = queue();
  writer.simple("one");
  const drained = output.drained();
  writer.simple("two");
  await target.fail();
  await drained;
  assertEquals(seen.errors, 1);
  writer.simple("three");
  output.flush();
  assertEquals(output.pendingBytes, 0);
  await output.drained();
  assertEquals(target.taken, "");
});

Deno.test("a buffer that a large reply needed is given back", async () => {
  const { target, writer, output } = queue();
  const large = new Uint8Array(1 << 20);
  writer.bulkRange(large, 0, large.length);
  output.flush();
  await target.take(target.offered);
  assertEquals(output.bufferBytes < 1 << 17, true);
});

Deno.test("what is held leaves when it is let out, not when a write before it ends", async () => {
  const { target, writer, output } = queue();
  writer.ok();
  output.flush();
  writer.integer(1);
  output.hold();
  output.flush();
  await target.take(5);
  assertEquals([target.taken, target.offered], ["+OK\r\n", 0]);
  assertEquals(output.pendingBytes, 4);
  let drained = false;
  const wait = output.drained().then(() => drained = true);
  await settled();
  assertEquals(drained, false);
  output.letOut();
  await target.take(4);
  await wait;
  assertEquals(target.taken, "+OK\r\n:1\r\n");
});

Deno.test("what others write to a client during a write of its own waits for the gate too", async () => {
  const gate = new ReplyGate();
  const { target, writer, output } = queue(gate);
  writer.ok();
  output.flush();
  gate.closed = true;
  writer.integer(1);
  await target.take(5);
  assertEquals([target.taken, target.offered], ["+OK\r\n", 0]);
  gate.open();
  await target.take(4);
  assertEquals([target.taken, output.pendingBytes], ["+OK\r\n:1\r\n", 0]);
});

Deno.test("after a large reply the next buffer has its size at once, after small ones it is small", async () => {
  const { target, writer, output } = queue();
  const round = async (bytes: number) => {
    writer.raw(new Uint8Array(1));
    const capacity = writer.buffer.length;
    writer.raw(new Uint8Array(bytes - 1));
    output.flush();
    await target.take(bytes);
    return capacity;
  };
  const large = 3 * LARGE_REPLY_BYTES;
  assert(await round(large) <= 1024);
  assert(await round(large) >= large);
  assert(await round(10) >= large);
  assert(await round(large) > LARGE_REPLY_BYTES);
  for (let small = 0; small < 4; small++) await round(10);
  assert(await round(10) <= 1024);
});

Deno.test("a huge reply makes nobody expect another one", async () => {
  const { target, writer, output } = queue();
  const huge = 32 * LARGEST_KEPT_BYTES;
  writer.raw(new Uint8Array(huge));
  output.flush();
  await target.take(huge);
  writer.raw(new Uint8Array(1));
  assert(writer.buffer.length <= LARGEST_KEPT_BYTES);
  output.flush();
  await target.take(1);
});

/** Bytes of arrays that the garbage collector leaves, when much else is allocated; a few may wait. */
async function bytesLeft(references: readonly WeakRef<Uint8Array>[]): Promise<number> {
  let left = 0;
  for (let tries = 0; tries < 200; tries++) {
    left = 0;
    for (const reference of references) left += reference.deref()?.length ?? 0;
    if (left <= 4096) break;
    await settled(); // what was looked at stays until then
    for (let i = 0; i < 4; i++) new Uint8Array(16 << 20);
    await settled();
  }
  return left;
}

Deno.test("a client that got a large reply does not keep buffers that were too small for it", async () => {
  const { target, writer, output } = queue(), outgrown: WeakRef<Uint8Array>[] = [];
  const text = new Uint8Array(100);
  const fill = (length: number) => {
    while (writer.length < length) {
      const before = writer.buffer;
      writer.bulkRange(text, 0, text.length);
      // Empty ones are shared, larger ones go back to a pool.
      const own = before.length > 0 && before.length <= LARGE_REPLY_BYTES;
      if (own && writer.buffer !== before) outgrown.push(new WeakRef<Uint8Array>(before));
    }
  };
  for (const length of [500, 2 * LARGE_REPLY_BYTES, 500, 2 * LARGE_REPLY_BYTES]) {
    fill(length);
    output.flush();
    await target.take(target.offered);
  }
  new ReplyWriter(new Uint8Array(200)).bulkRange(text, 0, text.length); // now this one is written to
  assert(outgrown.length > 6, `${outgrown.length}`);
  const left = await bytesLeft(outgrown);
  assert(left <= 4096, `${left} bytes are kept`);
  assertEquals(output.pendingBytes, 0);
});
