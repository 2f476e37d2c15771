import { assert, assertEquals } from "@std/assert";
import { latin1, latin1Bytes } from "../../src/base/bytes.ts";
import { RequestDecoder } from "../../src/resp/request_decoder.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";
import { decodeCut, decodeWhole, Feeder, multibulk, OPEN_LIMITS } from "./decoding.ts";

const ALL_BYTES = String.fromCharCode(...Array(256).keys());

/** A pipeline of every kind of request, empty lines and counts between them. */
const MIXED = [
  multibulk("SET", "key", ALL_BYTES),
  "PING\r\n",
  "*0\r\n*-1\r\n\r\n\n",
  multibulk("GET", ""),
  `set "a b" 'c\\'d' "\\x00\\n\\"" \r\n`,
  multibulk("\r\n", "*1\r\n$4\r\nPING\r\n", "$-1\r\n"),
  "get  key\n",
  multibulk(...Array.from({ length: 12 }, (_, i) => "x".repeat(i))),
].join("");

const MIXED_REQUESTS = [
  ["SET", "key", ALL_BYTES],
  ["PING"],
  ["GET", ""],
  ["set", "a b", "c'd", '\0\n"'],
  ["\r\n", "*1\r\n$4\r\nPING\r\n", "$-1\r\n"],
  ["get", "key"],
  Array.from({ length: 12 }, (_, i) => "x".repeat(i)),
];

Deno.test("a pipeline of multibulk, inline and empty requests decodes to its words", () => {
  assertEquals(decodeWhole(MIXED), { requests: MIXED_REQUESTS, error: "" });
});

Deno.test("a pipeline decodes the same cut at every byte, and byte by byte", () => {
  const input = latin1Bytes(MIXED);
  const expected = { requests: MIXED_REQUESTS, error: "" };
  for (let cut = 0; cut <= input.length; cut++) {
    assertEquals(decodeCut(input, [cut]), expected, `cut at ${cut}`);
    assertEquals(decodeCut(input, [cut], 3), expected, `cut at ${cut}, in batches`);
  }
  const everywhere = Array.from(input, (_, i) => i);
  for (const batch of [0, 1, 16]) assertEquals(decodeCut(input, everywhere, batch), expected);
});

function somePipeline(random: Seeded): { text: string; requests: string[][] } {
  let text = "";
  const requests: string[][] = [];
  for (let n = random.between(1, 60); n > 0; n--) {
    const words = Array.from({ length: random.between(1, 8) }, () => {
      const longest = random.chance(0.02) ? 100_000 : random.chance(0.2) ? 3000 : 20;
      return random.bytes(random.below(longest));
    });
    // The same again is decoded in another way.
    for (let times = random.chance(0.2) ? random.between(2, 20) : 1; times > 0; times--) {
      requests.push(words);
      text += multibulk(...words);
    }
    if (random.chance(0.1)) text += random.pick(["\r\n", "\n", "*0\r\n"]);
  }
  return { text, requests };
}

Deno.test("random pipelines of binary words decode the same in random pieces and batches", async () => {
  await forEachSeed(60, (random) => {
    const { text, requests } = somePipeline(random);
    const input = latin1Bytes(text);
    const cuts: number[] = [];
    const longest = random.pick([5, 100, 5000, 70_000]);
    for (let at = random.below(longest); at < input.length; at += random.between(1, longest)) {
      cuts.push(at);
    }
    assertEquals(decodeCut(input, cuts, random.pick([0, 1, 2, 16])), { requests, error: "" });
  });
});

Deno.test("of requests that are the same any may be taken back", () => {
  for (let index = 0; index < 6; index++) {
    const decoder = new RequestDecoder(OPEN_LIMITS);
    const text = multibulk("x", "y") + multibulk("PING").repeat(4) + multibulk("z", "y");
    decoder.room().set(latin1Bytes(text));
    decoder.received(text.length);
    assertEquals(decoder.decodeBatch(6), 6);
    decoder.rewind(index);
    const left = decoder.decodeBatch(16);
    const names = decoder.batch.slice(0, left).map(({ slices }) => latin1(slices[0].copy()));
    assertEquals(names, ["x", "PING", "PING", "PING", "PING", "z"].slice(index));
  }
});

Deno.test("requests taken back are decoded again, together with what came meanwhile", () => {
  const decoder = new RequestDecoder(OPEN_LIMITS);
  const put = (text: string) => {
    decoder.room().set(latin1Bytes(text));
    decoder.received(text.length);
  };
  const names = () => decoder.batch.map(({ slices, count }) => count > 0 ? slices[0].copy() : []);
  const first = (n: number) => new TextDecoder().decode(names()[n] as Uint8Array);
  put(multibulk("a") + "\r\n" + multibulk("b", "c") + "d\r\n" + multibulk("e").slice(0, -4));
  assertEquals(decoder.decodeBatch(16), 3);
  assertEquals(decoder.last, "partial");
  assertEquals([first(0), first(1), first(2)], ["a", "b", "d"]);
  decoder.rewind(1);
  put(multibulk("e").slice(-4) + multibulk("f"));
  assertEquals(decoder.decodeBatch(2), 2);
  assertEquals(decoder.last, "request");
  assertEquals([first(0), first(1)], ["b", "d"]);
  assertEquals(decoder.decodeBatch(16), 2);
  assertEquals([first(0), first(1)], ["e", "f"]);
  // An error behind what was taken back comes again in its turn.
  put(multibulk("g") + "*1\r\nx\r\n");
  assertEquals(decoder.decodeBatch(16), 1);
  assertEquals(decoder.last, "error");
  decoder.rewind(0);
  assertEquals(decoder.decodeBatch(16), 1);
  assertEquals([first(0), decoder.last], ["g", "error"]);
});

Deno.test("limits: sizes at the border are taken, one more is refused", () => {
  const limits = { maxBulkBytes: 100, authenticated: true };
  assertEquals(decodeWhole(multibulk("x".repeat(100)), limits).error, "");
  assertEquals(decodeWhole("*1\r\n$101\r\n", limits).error, "invalid bulk length");
  const open = { maxBulkBytes: 2 ** 40, authenticated: true };
  assertEquals(decodeWhole("*1\r\n$2147479552\r\n", open).error, "");
  assertEquals(decodeWhole("*1\r\n$2147479553\r\n", open).error, "invalid bulk length");
  assertEquals(decodeWhole("*2147483647\r\n$1\r\nx\r\n").error, "");
  assertEquals(decodeWhole("*2147483648\r\n").error, "invalid multibulk length");
  const closed = { maxBulkBytes: 1 << 20, authenticated: false };
  assertEquals(decodeWhole(multibulk(...Array(10).fill("x")), closed).error, "");
  const eleven = decodeWhole(multibulk(...Array(11).fill("x")), closed).error;
  assertEquals(eleven, "unauthenticated multibulk length");
  assertEquals(decodeWhole(multibulk("x".repeat(16384)), closed).error, "");
  assertEquals(decodeWhole("*1\r\n$16385\r\n", closed).error, "unauthenticated bulk length");
});

Deno.test("the first protocol error stays", () => {
  const feeder = new Feeder();
  feeder.feed(latin1Bytes("PING\r\n*1\r\n+oops\r\n"));
  assertEquals(feeder.requests, [["PING"]]);
  assertEquals(feeder.decoder.decode(), "error");
  assertEquals(feeder.decoder.decode(), "error");
  assertEquals(feeder.decoder.error, "expected '$', got '+'");
});

Deno.test("a claimed length takes no memory before its bytes come", () => {
  for (
    const claim of ["*1\r\n$536870912\r\n", "*2147483647\r\n", "*2147483647\r\n$500000000\r\n"]
  ) {
    const feeder = new Feeder();
    feeder.feed(latin1Bytes(claim));
    for (let n = 0; n < 20; n++) feeder.feed(new Uint8Array(1000).fill(0x31));
    assert(feeder.decoder.capacity <= 128 * 1024, `${feeder.decoder.capacity} bytes for ${claim}`);
  }
});

Deno.test("a large argument that comes in many pieces is not scanned again for each", () => {
  const bytes = 64 << 20;
  const feeder = new Feeder();
  const startMs = performance.now();
  feeder.feed(latin1Bytes(`*2\r\n$3\r\nSET\r\n$${bytes}\r\n`));
  const piece = new Uint8Array(16 * 1024).fill(0x0d);
  for (let n = 0; n < bytes / piece.length; n++) feeder.feed(piece);
  assertEquals(feeder.requests.length, 0);
  assert(feeder.decoder.capacity <= bytes + 65_536, "the buffer is no larger than the request");
  feeder.feed(latin1Bytes("\r\n"));
  assertEquals(feeder.requests[0][1].length, bytes);
  assert(performance.now() - startMs < 20_000, "scanning 64 MiB 4096 times would take minutes");
});

Deno.test("a client that sent some megabytes of an argument gets room for all of it", () => {
  const bytes = 64 << 20;
  const feeder = new Feeder();
  feeder.feed(latin1Bytes(`*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$${bytes}\r\n`));
  const capacities = new Set<number>();
  const piece = new Uint8Array(256 * 1024).fill(0x61);
  for (let n = 0; n < bytes / piece.length; n++) {
    feeder.feed(piece);
    capacities.add(feeder.decoder.capacity);
  }
  feeder.feed(latin1Bytes("\r\n"));
  const [, key, value] = feeder.requests[0];
  assertEquals([key.length, value.length], [3, bytes]);
  assert(capacities.size <= 9, `grown ${capacities.size} times`);
});

Deno.test("many arguments that come a few at a time are taken in time proportional to them", () => {
  const count = 300_000;
  const feeder = new Feeder();
  const startMs = performance.now();
  feeder.feed(latin1Bytes(`*${count}\r\n`));
  const piece = latin1Bytes("$3\r\nabc\r\n".repeat(100));
  for (let n = 0; n < count / 100; n++) feeder.feed(piece);
  assertEquals(feeder.requests[0].length, count);
  assert(performance.now() - startMs < 20_000);
});

Deno.test("an unfinished line is refused once it is longer than 64 KiB", () => {
  const lines: [string, string][] = [
    ["x", "too big inline request"],
    ["*1", "too big mbulk count string"],
    ["*1\r\n$1", "too big bulk count string"],
  ];
  for (const [start, error] of lines) {
    const feeder = new Feeder();
    feeder.feed(latin1Bytes(start));
    const piece = new Uint8Array(1000).fill(0x31);
    for (let n = 0; n < 64; n++) feeder.feed(piece);
    assertEquals(feeder.error, "", "64000 bytes may still become a line");
    for (let n = 0; n < 3; n++) feeder.feed(piece);
    assertEquals(feeder.error, error);
    assert(feeder.decoder.capacity < 300_000);
  }
});

Deno.test("a buffer that a large request grew is given back", () => {
  const feeder = new Feeder();
  feeder.feed(latin1Bytes(multibulk("SET", "k", "x".repeat(1_000_000))));
  assert(feeder.decoder.capacity > 1_000_000);
  for (let n = 0; n < 20; n++) feeder.feed(latin1Bytes(multibulk("PING")));
  assertEquals(feeder.decoder.capacity, 64 * 1024);
  // A huge one goes at the next read, and no slice of an old request keeps it alive.
  feeder.feed(latin1Bytes(multibulk("SET", "k", "x".repeat(5_000_000))));
  feeder.decoder.room();
  assertEquals(feeder.decoder.capacity, 64 * 1024);
  for (const { slices } of feeder.decoder.batch) assertEquals(slices.length, 0);
});

Deno.test("a client that uses much of a large buffer keeps it", () => {
  const feeder = new Feeder();
  for (let n = 0; n < 40; n++) feeder.feed(latin1Bytes(multibulk("SET", "k", "x".repeat(300_000))));
  assert(feeder.decoder.capacity >= 300_000);
});

Deno.test("what stands in the buffer is counted", () => {
  const feeder = new Feeder();
  feeder.feed(latin1Bytes("*1\r\n$4\r\nPI"));
  assertEquals(feeder.decoder.buffered, 10);
});

Deno.test("flipped, doubled and cut bytes never hang, throw or take much memory", async () => {
  await forEachSeed(300, (random) => {
    const input = latin1Bytes(random.chance(0.5) ? MIXED : somePipeline(random).text);
    const damaged = Array.from(input.subarray(0, random.between(1, input.length)));
    for (let n = random.between(1, 10); n > 0; n--) {
      const at = random.below(damaged.length);
      if (random.chance(0.6)) {
        damaged[at] = random.pick([0x2a, 0x24, 0x0d, 0x0a, 0x39, 0x2d, 0, 255]);
      } else damaged.splice(at, random.below(3), random.below(256));
    }
    const bytes = Uint8Array.from(damaged);
    const cuts = [random.below(bytes.length + 1)];
    const whole = decodeCut(bytes, []);
    assertEquals(decodeCut(bytes, cuts, random.pick([0, 16])), whole);
    const feeder = new Feeder({ maxBulkBytes: 1e9, authenticated: random.chance(0.5) });
    feeder.feed(bytes);
    assert(feeder.decoder.capacity <= Math.max(65_536 * 2, bytes.length * 4));
  });
});
