import { assert, assertEquals } from "@std/assert";
import { asciiBytes, latin1Bytes } from "../../src/base/bytes.ts";
import { Crc64 } from "../../src/base/crc64.ts";
import { testWithRedis, withRedis } from "../support/redis_server.ts";
import { forEachSeed } from "../support/seeded.ts";

// Bit by bit, from the definition.
function slowCrc64(bytes: Uint8Array): bigint {
  let sum = 0n;
  for (const byte of bytes) {
    sum ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) {
      sum = (sum >> 1n) ^ ((sum & 1n) === 1n ? 0x95ac9329ac4bc9b5n : 0n);
    }
  }
  return sum;
}

Deno.test("the check value of CRC-64/Jones comes out", () => {
  assertEquals(new Crc64().update(asciiBytes("123456789")).toBigInt(), 0xe9c6d914c4b8d9can);
  assertEquals(new Crc64().toBigInt(), 0n);
});

Deno.test("any text in any pieces has the sum of the definition", async () => {
  await forEachSeed(200, (random) => {
    const longest = random.below(2) === 0 ? 40 : 700;
    const bytes = latin1Bytes(random.bytes(random.below(longest)));
    const expected = slowCrc64(bytes);
    const whole = new Crc64().update(bytes);
    assertEquals(whole.toBigInt(), expected);
    const pieces = new Crc64().update(asciiBytes("other")).reset();
    for (let at = 0; at < bytes.length;) {
      const end = Math.min(bytes.length, at + random.below(longest / 2));
      pieces.update(bytes, at, end);
      at = end;
    }
    assertEquals(pieces.toBigInt(), expected);
  });
});

Deno.test("a written sum matches itself and nothing that differs in one bit", () => {
  const sum = new Crc64().update(asciiBytes("some text"));
  const file = new Uint8Array(12).fill(0xee);
  sum.write(file, 2);
  assertEquals(new DataView(file.buffer).getBigUint64(2, true), sum.toBigInt());
  assertEquals([file[1], file[10]], [0xee, 0xee]);
  assert(sum.matches(file, 2));
  for (let bit = 0; bit < 64; bit++) {
    file[2 + (bit >> 3)] ^= 1 << (bit & 7);
    assert(!sum.matches(file, 2), `bit ${bit}`);
    file[2 + (bit >> 3)] ^= 1 << (bit & 7);
  }
});

testWithRedis("payloads of DUMP end in this sum", async () => {
  await withRedis(async (client) => {
    for (const length of [0, 1, 7, 8, 9, 63, 64, 65, 1000, 70_000]) {
      await client.send("SET", "k", "\xff\x00x".repeat(length));
      const reply = await client.send("DUMP", "k");
      assert(reply.type === "bulk");
      const payload = latin1Bytes(reply.text);
      const sum = new Crc64().update(payload, 0, payload.length - 8);
      assert(sum.matches(payload, payload.length - 8), `length ${length}`);
    }
  });
});
