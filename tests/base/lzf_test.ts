import { assert, assertEquals } from "@std/assert";
import { ByteBuilder } from "../../src/base/byte_builder.ts";
import { latin1, latin1Bytes } from "../../src/base/bytes.ts";
import { Crc64 } from "../../src/base/crc64.ts";
import { lzfCompress, lzfDecompress } from "../../src/base/lzf.ts";
import { testWithRedis, withRedis } from "../support/redis_server.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";

const GUARD = 0xee;

function compress(text: string, limit?: number): Uint8Array {
  const source = latin1Bytes(`aaaa${text}aaaa`);
  const target = new Uint8Array(Math.max(0, limit ?? text.length)).fill(GUARD);
  const length = lzfCompress(source, 4, 4 + text.length, target, limit);
  return target.subarray(0, length);
}

// Undefined when the data is refused. Checks that nothing outside the target range was written.
function decompress(packed: Uint8Array, length: number): string | undefined {
  const source = new Uint8Array(packed.length + 8).fill(0x20);
  source.set(packed, 4);
  const target = new Uint8Array(length + 600).fill(GUARD);
  const good = lzfDecompress(source, 4, 4 + packed.length, target, 300, length);
  const around = [...target.subarray(0, 300), ...target.subarray(300 + length)];
  assert(around.every((byte) => byte === GUARD), "wrote outside its range");
  return good ? latin1(target, 300, 300 + length) : undefined;
}

// Texts of many kinds of repetition, from none to nothing else.
function randomText(random: Seeded): string {
  let text = random.bytes(random.below(30));
  const kinds = 1 + random.below(256);
  while (text.length < 4000 && random.chance(0.95)) {
    if (random.chance(0.5)) {
      const from = random.below(text.length + 1);
      text += text.slice(from, from + random.below(400));
    } else if (random.chance(0.3)) {
      text += String.fromCharCode(random.below(256)).repeat(random.below(900));
    } else {
      for (let left = random.below(50); left > 0; left--) {
        text += String.fromCharCode(random.below(kinds));
      }
    }
  }
  return text;
}

Deno.test("what was compressed is decompressed to the same, and is smaller", async () => {
  let compressed = 0;
  await forEachSeed(400, (random) => {
    const text = randomText(random);
    const packed = compress(text);
    if (packed.length === 0) return;
    compressed++;
    assert(packed.length < text.length);
    assertEquals(decompress(packed, text.length), text);
  });
  assert(compressed > 100, "the texts should be compressible");
});

Deno.test("runs and distances at the limits of the format survive", () => {
  const noise = latin1Bytes(
    new Array(9000).fill(0).map((_, i) => String.fromCharCode((i * i * 7 + (i >> 3)) & 255)).join(
      "",
    ),
  );
  for (const gap of [8189, 8190, 8191, 8192, 8193]) {
    const text = "MARKER-ABC" + latin1(noise, 0, gap - 10) + "MARKER-ABC" + "z".repeat(500);
    assertEquals(decompress(compress(text), text.length), text);
  }
  for (const length of [10, 31, 32, 33, 64, 263, 264, 265, 266, 267, 268, 530, 100_000]) {
    const text = "q".repeat(length);
    const packed = compress(text);
    assert(packed.length > 0);
    assertEquals(decompress(packed, length), text);
  }
});

Deno.test("texts that do not shrink, or not below the limit, give 0", async () => {
  for (const text of ["", "a", "aa", "aaa", "abcdefgh"]) assertEquals(compress(text).length, 0);
  await forEachSeed(20, (random) => assertEquals(compress(random.bytes(500)).length, 0));
  const text = "abcdefgh".repeat(40);
  const packed = compress(text);
  assertEquals(compress(text, packed.length).length, packed.length);
  for (let limit = 0; limit < packed.length; limit++) assertEquals(compress(text, limit).length, 0);
});

Deno.test("data of another length than announced is refused", () => {
  const text = "hello hello hello hello " + "x".repeat(300);
  const packed = compress(text);
  for (const off of [-300, -1, 1, 300]) {
    assertEquals(decompress(packed, text.length + off), undefined);
  }
  for (let cut = 0; cut < packed.length; cut++) {
    assertEquals(decompress(packed.subarray(0, cut), text.length), undefined, `cut at ${cut}`);
  }
  assertEquals(decompress(new Uint8Array(0), 0), "");
});

Deno.test("references before the beginning and truncated codes are refused", () => {
  const corrupt = [
    [0x20, 0x00],
    [0x00, 0x61, 0x20, 0x01],
    [0x00, 0x61, 0x3f, 0xff],
    [0x00, 0x61, 0xe0],
    [0x00, 0x61, 0xe0, 0x00],
    [0x00, 0x61, 0x20],
    [0x1f, 0x61],
    [0x00],
  ];
  for (const bytes of corrupt) {
    for (let length = 0; length < 20; length++) {
      assertEquals(decompress(Uint8Array.from(bytes), length), undefined, `${bytes} as ${length}`);
    }
  }
});

Deno.test("corrupt data never writes outside its range", async () => {
  await forEachSeed(1500, (random) => {
    const packed = random.chance(0.5)
      ? latin1Bytes(random.bytes(random.below(40)))
      : compress(randomText(random)).slice(0, 200);
    for (let flips = random.below(4); flips > 0 && packed.length > 0; flips--) {
      packed[random.below(packed.length)] ^= 1 << random.below(8);
    }
    decompress(packed, random.below(600));
  });
});

// The parts of a DUMP payload of an LZF string: type 0, 0xc3, packed and plain length, data.
function readDump(payload: Uint8Array): { packed: Uint8Array; length: number } | undefined {
  if (payload[0] !== 0 || payload[1] !== 0xc3) return undefined;
  let at = 2;
  const readLength = () => {
    const first = payload[at++];
    if (first < 0x40) return first;
    if (first < 0x80) return ((first & 0x3f) << 8) | payload[at++];
    at += 4;
    return new DataView(payload.buffer).getUint32(at - 4);
  };
  const packedLength = readLength();
  const length = readLength();
  return { packed: payload.subarray(at, at + packedLength), length };
}

testWithRedis("redis-server and this code read what the other compressed", async () => {
  await withRedis(async (client) => {
    let read = 0;
    let restored = 0;
    const texts: string[] = [];
    await forEachSeed(150, (random) => {
      texts.push(randomText(random));
    });
    for (const text of texts) {
      await client.send("SET", "k", text);
      const dump = await client.send("DUMP", "k");
      assert(dump.type === "bulk");
      const payload = latin1Bytes(dump.text);
      const parts = readDump(payload);
      if (parts !== undefined) {
        read++;
        assertEquals(decompress(parts.packed, parts.length), text);
      }
      const packed = compress(text, text.length - 4);
      if (packed.length === 0) continue;
      const builder = new ByteBuilder().byte(0).byte(0xc3);
      builder.byte(0x80).u32be(packed.length).byte(0x80).u32be(text.length).bytes(packed);
      builder.bytes(payload, payload.length - 10, payload.length - 8);
      const sum = new Crc64().update(builder.view());
      const sumAt = builder.reserve(8);
      sum.write(builder.buffer, sumAt);
      const done = await client.send("RESTORE", "copy", 0, builder.view(), "REPLACE");
      assertEquals(done, { type: "simple", text: "OK" });
      assertEquals(await client.send("GET", "copy"), { type: "bulk", text });
      restored++;
    }
    assert(read > 50 && restored > 50, `read ${read}, restored ${restored}`);
  });
});
