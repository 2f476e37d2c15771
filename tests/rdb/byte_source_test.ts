import { assertEquals, assertThrows } from "@std/assert";
import { ByteSource, type ReadChunk } from "../../src/rdb/byte_source.ts";
import { RdbError } from "../../src/rdb/rdb_error.ts";
import { slowCrc64 } from "./dump_builder.ts";

const CONTENT = Uint8Array.from({ length: 1000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff);

// Gives at most `most` bytes a read, as a file on a slow disk may.
function chunksOf(content: Uint8Array, most: number): ReadChunk {
  let at = 0;
  return (target) => {
    const count = Math.min(most, target.length, content.length - at);
    target.set(content.subarray(at, at + count));
    at += count;
    return count;
  };
}

function windowed(content: Uint8Array, windowBytes: number, most = windowBytes): ByteSource {
  return new ByteSource(chunksOf(content, most), content.length, new Uint8Array(windowBytes), 0);
}

Deno.test("a source delivers the same bytes through every size of window and of read", () => {
  for (const [windowBytes, most] of [[1, 1], [7, 3], [64, 64], [999, 1], [4096, 4096]]) {
    const source = windowed(CONTENT, windowBytes, most);
    const seen: number[] = [];
    for (let step = 1; source.remaining > 0; step = step % 50 + 1) {
      const count = Math.min(step, source.remaining);
      source.need(count);
      source.heldAt = source.position;
      for (let i = 0; i < count; i++) seen.push(source.bytes[source.position++]);
      assertEquals(source.offset, seen.length);
    }
    assertEquals(Uint8Array.from(seen), CONTENT);
    assertEquals(source.checksum(), slowCrc64(CONTENT));
  }
});

Deno.test("held bytes stay in the window while it moves on", () => {
  const source = windowed(CONTENT, 16);
  source.need(10);
  source.position = 10;
  source.heldAt = 4;
  const { moves } = source;
  source.need(300);
  assertEquals(source.moves, moves + 1);
  assertEquals(source.windowOffset, 4);
  assertEquals(source.offset, 10);
  assertEquals(source.bytes.slice(0, 306), CONTENT.slice(4, 310));
});

Deno.test("need beyond the end says where and how much is missing, before it allocates", () => {
  const source = windowed(CONTENT, 16);
  source.need(3);
  source.position = 3;
  const error = assertThrows(() => source.need(2 ** 40), RdbError, "unexpected end of file");
  assertEquals(error.offset, 3);
  assertEquals(source.bytes.length, 16);
});

Deno.test("a file that is shorter than its size said ends with an error, not with a hang", () => {
  const source = new ByteSource(chunksOf(CONTENT, 100), 5000, new Uint8Array(64), 0);
  source.skip(1000);
  assertThrows(() => source.need(1), RdbError, "unexpected end of file");
});

Deno.test("a read that fails is an RdbError with the reason", () => {
  const failing = () => {
    throw new Error("Input/output error");
  };
  const source = new ByteSource(failing, 100, new Uint8Array(64), 0);
  assertThrows(() => source.need(1), RdbError, "Input/output error");
});

Deno.test("skip passes over more than the window holds and the checksum sees it all", () => {
  const source = windowed(CONTENT, 16);
  source.skip(990);
  assertEquals(source.bytes.length, 16);
  source.need(10);
  assertEquals(source.bytes[source.position], CONTENT[990]);
  source.position += 10;
  assertEquals(source.checksum(), slowCrc64(CONTENT));
  assertThrows(() => source.skip(1), RdbError, "0 of 1000 are left");
});

Deno.test("a source reads no byte beyond the size it was given", () => {
  let asked = 0;
  const source = new ByteSource(
    (target) => {
      asked += target.length;
      return target.length;
    },
    20,
    new Uint8Array(64),
    0,
  );
  source.skip(20);
  assertEquals(asked, 20);
});

Deno.test("a window grown for one large string shrinks again", () => {
  const large = new Uint8Array(100_000);
  const source = windowed(large, 64);
  source.need(50_000);
  assertEquals(source.bytes.length, 50_000);
  source.position += 50_000;
  source.heldAt = source.position;
  source.need(1);
  assertEquals(source.bytes.length, 64);
});

Deno.test("a source over memory has its whole buffer as window and copies nothing", () => {
  const source = ByteSource.overBytes(CONTENT);
  source.need(CONTENT.length);
  assertEquals(source.bytes === CONTENT, true);
  assertThrows(() => source.need(CONTENT.length + 1), RdbError);
});

Deno.test("a source over a file reads from where the file stands", () => {
  const path = Deno.makeTempFileSync();
  try {
    Deno.writeFileSync(path, CONTENT);
    using file = Deno.openSync(path);
    file.seekSync(100, Deno.SeekMode.Start);
    const source = ByteSource.overFile(file, 900, 33);
    source.need(50);
    assertEquals(source.bytes.slice(0, 50), CONTENT.slice(100, 150));
    assertEquals(source.remaining, 900);
  } finally {
    Deno.removeSync(path);
  }
});
