import { assertEquals } from "@std/assert";
import { keepViewsOf, latin1, latin1Bytes } from "../../src/base/bytes.ts";
import { Slice } from "../../src/base/slice.ts";
import { LARGE_REPLY_BYTES } from "../../src/resp/large_buffers.ts";
import { ReplyWriter } from "../../src/resp/reply_writer.ts";
import { SHORT_BULK_BYTES, SHORT_BULK_OVERRUN } from "../../src/resp/short_bulk.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";
import { parseReply } from "../support/reply.ts";

function written(protocol: number, write: (writer: ReplyWriter) => void): string {
  const writer = new ReplyWriter();
  writer.protocol = protocol;
  write(writer);
  return latin1(writer.buffer, 0, writer.length);
}

const bytes = latin1Bytes("<\r\n\xff\0>");

/** What each event is in RESP2 and in RESP3. */
const EVENTS: [string, (w: ReplyWriter) => void, string, string][] = [
  ["ok", (w) => w.ok(), "+OK\r\n", "+OK\r\n"],
  ["pong", (w) => w.pong(), "+PONG\r\n", "+PONG\r\n"],
  ["simple", (w) => w.simple("QUEUED"), "+QUEUED\r\n", "+QUEUED\r\n"],
  ["bulk", (w) => w.bulk(new Slice(bytes, 1, 5)), "$4\r\n\r\n\xff\0\r\n", "$4\r\n\r\n\xff\0\r\n"],
  ["empty bulk", (w) => w.bulkRange(bytes, 2, 2), "$0\r\n\r\n", "$0\r\n\r\n"],
  ["bulkText", (w) => w.bulkText("é"), "$2\r\n\xc3\xa9\r\n", "$2\r\n\xc3\xa9\r\n"],
  ["bulkInteger", (w) => w.bulkInteger(-120), "$4\r\n-120\r\n", "$4\r\n-120\r\n"],
  [
    "bulkInteger of 64 bits",
    (w) => w.bulkInteger(-(2n ** 63n)),
    "$20\r\n-9223372036854775808\r\n",
    "$20\r\n-9223372036854775808\r\n",
  ],
  ["integer", (w) => w.integer(0), ":0\r\n", ":0\r\n"],
  ["negative zero", (w) => w.integer(-0), ":0\r\n", ":0\r\n"],
  [
    "safe integer",
    (w) => w.integer(Number.MIN_SAFE_INTEGER),
    ":-9007199254740991\r\n",
    ":-9007199254740991\r\n",
  ],
  [
    "integer of 64 bits",
    (w) => w.integer(2n ** 63n - 1n),
    ":9223372036854775807\r\n",
    ":9223372036854775807\r\n",
  ],
  ["double", (w) => w.double(1.5), "$3\r\n1.5\r\n", ",1.5\r\n"],
  ["infinity", (w) => w.double(-Infinity), "$4\r\n-inf\r\n", ",-inf\r\n"],
  ["bigNumber", (w) => w.bigNumber("123"), "$3\r\n123\r\n", "(123\r\n"],
  ["true", (w) => w.boolean(true), ":1\r\n", "#t\r\n"],
  ["false", (w) => w.boolean(false), ":0\r\n", "#f\r\n"],
  ["verbatim", (w) => w.verbatim("txt", "aé"), "$3\r\na\xc3\xa9\r\n", "=7\r\ntxt:a\xc3\xa9\r\n"],
  ["null", (w) => w.null(), "$-1\r\n", "_\r\n"],
  ["nullArray", (w) => w.nullArray(), "*-1\r\n", "_\r\n"],
  ["array", (w) => w.array(0), "*0\r\n", "*0\r\n"],
  ["map", (w) => w.map(2), "*4\r\n", "%2\r\n"],
  ["set", (w) => w.set(3), "*3\r\n", "~3\r\n"],
  ["push", (w) => w.push(2), "*2\r\n", ">2\r\n"],
  ["error", (w) => w.error("ERR a\r\nb\xff"), "-ERR a  b\xff\r\n", "-ERR a  b\xff\r\n"],
  ["error in UTF-8", (w) => w.error("ERR €"), "-ERR \xe2\x82\xac\r\n", "-ERR \xe2\x82\xac\r\n"],
];

Deno.test("every event has its form in RESP2 and in RESP3", () => {
  for (const [name, write, resp2, resp3] of EVENTS) {
    assertEquals(written(2, write), resp2, `${name} in RESP2`);
    assertEquals(written(3, write), resp3, `${name} in RESP3`);
  }
});

Deno.test("pairs are flat in RESP2 and nested in RESP3", () => {
  const write = (writer: ReplyWriter) => {
    writer.pairs(2);
    for (const n of [1, 2]) {
      writer.pair();
      writer.bulkText(`m${n}`);
      writer.double(n);
    }
  };
  assertEquals(written(2, write), "*4\r\n$2\r\nm1\r\n$1\r\n1\r\n$2\r\nm2\r\n$1\r\n2\r\n");
  assertEquals(written(3, write), "*2\r\n*2\r\n$2\r\nm1\r\n,1\r\n*2\r\n$2\r\nm2\r\n,2\r\n");
});

Deno.test("lengths that come after their elements nest, whatever their digits", () => {
  const write = (writer: ReplyWriter) => {
    const outer = writer.openArray();
    writer.integer(1);
    const map = writer.openArray();
    writer.bulkText("k");
    const set = writer.openArray();
    for (let n = 0; n < 100; n++) writer.integer(n);
    writer.closeSet(set, 100);
    writer.closeMap(map, 1);
    writer.closeArray(writer.openArray(), 0);
    writer.closeArray(outer, 3);
  };
  const numbers = Array.from({ length: 100 }, (_, n) => `:${n}\r\n`).join("");
  assertEquals(written(2, write), `*3\r\n:1\r\n*2\r\n$1\r\nk\r\n*100\r\n${numbers}*0\r\n`);
  assertEquals(written(3, write), `*3\r\n:1\r\n%1\r\n$1\r\nk\r\n~100\r\n${numbers}*0\r\n`);
});

Deno.test("errors are counted, and what is taken back is gone", () => {
  const writer = new ReplyWriter();
  writer.ok();
  const mark = writer.mark();
  writer.bulkText("half a reply");
  writer.rollback(mark);
  writer.error("ERR no");
  writer.error("WRONGTYPE no");
  assertEquals([writer.errorCount, writer.lastError], [2, "WRONGTYPE no"]);
  assertEquals(latin1(writer.buffer, 0, writer.length), "+OK\r\n-ERR no\r\n-WRONGTYPE no\r\n");
});

Deno.test("bytes that already are RESP go out as they are", () => {
  const long = new Uint8Array(200).fill(0x41);
  assertEquals(written(3, (w) => w.raw(long)), "A".repeat(200));
  assertEquals(written(3, (w) => w.raw(long.subarray(0, 3))), "AAA");
});

/** Writes random nested replies; answers the text they must be in RESP2. */
function writeSome(writer: ReplyWriter, random: Seeded, depth: number): string {
  const choice = random.below(depth > 0 ? 8 : 5);
  if (choice === 0) {
    const text = random.bytes(random.pick([0, 1, 30, 63, 64, 65, 2000]));
    writer.bulk(new Slice(latin1Bytes(text)));
    return `$${text.length}\r\n${text}\r\n`;
  }
  if (choice === 1) {
    const value = random.next32() - 2 ** 31;
    writer.integer(value);
    return `:${value}\r\n`;
  }
  if (choice === 2) {
    const value = random.next32() * 1000;
    writer.bulkInteger(value);
    return `$${String(value).length}\r\n${value}\r\n`;
  }
  if (choice < 5) {
    writer.null();
    return "$-1\r\n";
  }
  const length = random.pick([0, 1, 2, 9, 10, 11]);
  const deferred = choice > 5;
  const token = deferred ? writer.openArray() : 0;
  if (!deferred) writer.array(length);
  let inside = "";
  for (let n = 0; n < length; n++) inside += writeSome(writer, random, depth - 1);
  if (deferred) writer.closeArray(token, length);
  return `*${length}\r\n${inside}`;
}

Deno.test("replies are right whatever the buffer's size when it has to grow", async () => {
  await forEachSeed(300, (random) => {
    const writer = new ReplyWriter(new Uint8Array(random.below(200)));
    let expected = "";
    for (let n = 0; n < 4; n++) expected += writeSome(writer, random, 3);
    const text = latin1(writer.buffer, 0, writer.length);
    if (text !== expected) throw new Error("the replies differ");
    const reply = parseReply(writer.buffer.subarray(0, writer.length));
    assertEquals(reply !== null && reply.end <= writer.length, true);
  });
});

Deno.test("a header put in front of a full buffer moves what stands behind it", () => {
  for (let size = 0; size < 80; size++) {
    const writer = new ReplyWriter(new Uint8Array(size + 30));
    const token = writer.openArray();
    writer.raw(new Uint8Array(size).fill(0x42));
    writer.closeArray(token, 1_234_567);
    assertEquals(latin1(writer.buffer, 0, writer.length), "*1234567\r\n" + "B".repeat(size));
  }
});

/** Texts one behind the other with other bytes between them, as `bulkRanges` takes them. */
function neighbours(random: Seeded, base: number) {
  const texts = Array.from({ length: random.between(1, 64) }, () => {
    const most = random.pick([7, 8, 20, 99, 100, 512, 999]);
    return random.bytes(random.chance(0.3) ? most : random.below(most + 1));
  });
  const bounds = new Int32Array(128);
  let all = "*".repeat(base);
  for (const [i, text] of texts.entries()) {
    all += "*".repeat(random.between(1, 9));
    bounds[i * 2] = all.length - base;
    bounds[i * 2 + 1] = bounds[i * 2] + text.length;
    all += text;
  }
  // Some end with the last text: what is read behind it would be out of bounds.
  all += "*".repeat(random.pick([0, 7, 8, 50]));
  const reply = texts.map((text) => `$${text.length}\r\n${text}\r\n`).join("");
  return { bytes: latin1Bytes(all), bounds, count: texts.length, reply };
}

Deno.test("texts of many ranges are what they are one by one, whatever the buffer's size", async () => {
  await forEachSeed(300, (random) => {
    const base = random.pick([0, 1, 1000]);
    const size = random.pick([0, 100, 5000, 1 << 19, (1 << 20) + 1]);
    const writer = new ReplyWriter(new Uint8Array(size));
    writer.protocol = random.between(2, 3);
    const { bytes, bounds, count, reply } = neighbours(random, base);
    // The first times no view of the bytes is kept yet; later ones go through it.
    for (let n = 1; n <= 5; n++) {
      writer.bulkRanges(bytes, base, bounds, count);
      if (latin1(writer.buffer, 0, writer.length) !== reply.repeat(n)) {
        throw new Error(`the replies differ after ${n}`);
      }
      assertEquals(writer.length <= writer.buffer.length, true);
    }
  });
});

Deno.test("texts of every length fit where no more room is left than they are said to take", () => {
  const from = new Uint8Array(8192).fill(0x78);
  keepViewsOf(from);
  for (let length = 0; length < 1000; length++) {
    const head = `$${length}\r\n`, size = head.length + length + 2;
    for (const room of [0, size, length + SHORT_BULK_BYTES + SHORT_BULK_OVERRUN]) {
      const writer = new ReplyWriter(new Uint8Array(5000));
      const began = writer.length = writer.buffer.length - room;
      writer.bulkRanges(from, 1, Int32Array.of(2, 2 + length), 1);
      const reply = writer.buffer.subarray(began, writer.length);
      assertEquals(latin1(reply, 0, head.length), head);
      assertEquals(reply.indexOf(0x78), length === 0 ? -1 : head.length);
      assertEquals(reply.length, size);
      assertEquals(latin1(reply, size - 2, size), "\r\n");
    }
  }
});

Deno.test("a reply that fits into a buffer of the connection does not take a large one", () => {
  const writer = new ReplyWriter(new Uint8Array(LARGE_REPLY_BYTES - 1000));
  const text = new Uint8Array(30_000);
  writer.bulkRange(text, 0, text.length);
  writer.bulkRange(text, 0, text.length);
  assertEquals(writer.buffer.length, LARGE_REPLY_BYTES - 1000);
  writer.bulkRange(text, 0, 5000);
  assertEquals(writer.buffer.length, LARGE_REPLY_BYTES);
  writer.bulkRange(text, 0, 5000);
  assertEquals(writer.buffer.length > LARGE_REPLY_BYTES, true);
});

Deno.test("what is written into a part of an array stays in that part", () => {
  const all = new Uint8Array(300_000), from = new Uint8Array(100).fill(0x78);
  keepViewsOf(from);
  const writer = new ReplyWriter(all.subarray(1000, 201_000));
  for (let i = 0; i < 3; i++) writer.bulkRanges(from, 0, Int32Array.of(0, 20), 1);
  assertEquals(writer.buffer.buffer === all.buffer, true);
  const reply = `$20\r\n${"x".repeat(20)}\r\n`.repeat(3);
  assertEquals(latin1(all, 1000, 1000 + reply.length), reply);
  assertEquals(all.subarray(0, 1000).every((byte) => byte === 0), true);
});
