import { assert, assertEquals, assertThrows } from "@std/assert";
import { latin1, latin1Bytes } from "../../src/base/bytes.ts";
import { type Reply, ReplyProtocolError } from "../../src/resp/reply.ts";
import { ReplyDecoder } from "../../src/resp/reply_decoder.ts";
import { Seeded } from "../support/seeded.ts";

const ALL_BYTES = latin1(Uint8Array.from({ length: 256 }, (_, i) => i));

function bulk(text: string): Reply {
  return { kind: "bulk", bytes: latin1Bytes(text) };
}

function integer(value: number | bigint): Reply {
  return { kind: "integer", value: BigInt(value) };
}

const KINDS: [wire: string, reply: Reply][] = [
  ["+OK\r\n", { kind: "simple", bytes: latin1Bytes("OK") }],
  ["+\r\n", { kind: "simple", bytes: latin1Bytes("") }],
  ["+a\nb\rc\r\n", { kind: "simple", bytes: latin1Bytes("a\nb\rc") }],
  ["-ERR no\r\n", { kind: "error", bytes: latin1Bytes("ERR no") }],
  ["!5\r\nER\r\nR\r\n", { kind: "error", bytes: latin1Bytes("ER\r\nR") }],
  [":0\r\n", integer(0)],
  [":-9223372036854775808\r\n", integer(-9223372036854775808n)],
  [":+7\r\n", integer(7)],
  ["$0\r\n\r\n", bulk("")],
  ["$4\r\na\r\nb\r\n", bulk("a\r\nb")],
  [`$256\r\n${ALL_BYTES}\r\n`, bulk(ALL_BYTES)],
  ["$-1\r\n", { kind: "null" }],
  ["*-1\r\n", { kind: "null" }],
  ["_\r\n", { kind: "null" }],
  ["#t\r\n", { kind: "boolean", value: true }],
  ["#f\r\n", { kind: "boolean", value: false }],
  [",3.25\r\n", { kind: "double", value: 3.25, text: "3.25" }],
  [",-1e-7\r\n", { kind: "double", value: -1e-7, text: "-1e-7" }],
  [",inf\r\n", { kind: "double", value: Infinity, text: "inf" }],
  [",-inf\r\n", { kind: "double", value: -Infinity, text: "-inf" }],
  [",nan\r\n", { kind: "double", value: NaN, text: "nan" }],
  ["(-123456789012345678901234567890\r\n", {
    kind: "bigNumber",
    value: -123456789012345678901234567890n,
  }],
  ["=8\r\ntxt:a\r\nb\r\n", { kind: "verbatim", format: "txt", bytes: latin1Bytes("a\r\nb") }],
  ["*0\r\n", { kind: "array", items: [] }],
  ["~2\r\n:1\r\n$1\r\nx\r\n", { kind: "set", items: [integer(1), bulk("x")] }],
  [">2\r\n+a\r\n+b\r\n", {
    kind: "push",
    items: [{ kind: "simple", bytes: latin1Bytes("a") }, {
      kind: "simple",
      bytes: latin1Bytes("b"),
    }],
  }],
  ["%2\r\n$1\r\na\r\n:1\r\n:2\r\n*0\r\n", {
    kind: "map",
    items: [bulk("a"), integer(1), integer(2), { kind: "array", items: [] }],
  }],
  ["*2\r\n*2\r\n:1\r\n*1\r\n$-1\r\n%1\r\n:2\r\n~1\r\n_\r\n", {
    kind: "array",
    items: [
      { kind: "array", items: [integer(1), { kind: "array", items: [{ kind: "null" }] }] },
      { kind: "map", items: [integer(2), { kind: "set", items: [{ kind: "null" }] }] },
    ],
  }],
  ["|1\r\n+ttl\r\n:3\r\n*2\r\n:1\r\n|1\r\n+a\r\n*1\r\n:9\r\n$1\r\nx\r\n", {
    kind: "array",
    items: [integer(1), {
      kind: "bulk",
      bytes: latin1Bytes("x"),
      attributes: [{ kind: "simple", bytes: latin1Bytes("a") }, {
        kind: "array",
        items: [integer(9)],
      }],
    }],
    attributes: [{ kind: "simple", bytes: latin1Bytes("ttl") }, integer(3)],
  }],
  ["|0\r\n:1\r\n", integer(1)],
];

function drain(decoder: ReplyDecoder): Reply[] {
  const replies: Reply[] = [];
  for (let reply = decoder.next(); reply !== undefined; reply = decoder.next()) replies.push(reply);
  return replies;
}

Deno.test("every kind of reply decodes to its value, RESP2 and RESP3", () => {
  for (const [wire, reply] of KINDS) {
    const decoder = new ReplyDecoder();
    decoder.push(latin1Bytes(wire));
    assertEquals(drain(decoder), [reply], wire);
    assert(decoder.idle, wire);
  }
});

Deno.test("replies split in two at every byte decode the same", () => {
  const wire = latin1Bytes(KINDS.map(([text]) => text).join(""));
  const expected = KINDS.map(([, reply]) => reply);
  for (let at = 0; at <= wire.length; at++) {
    const decoder = new ReplyDecoder();
    decoder.push(wire.subarray(0, at));
    const before = drain(decoder);
    decoder.push(wire.subarray(at));
    assertEquals([...before, ...drain(decoder)], expected, `split at ${at}`);
  }
});

Deno.test("replies that arrive byte by byte, in a buffer used again, decode the same", () => {
  const decoder = new ReplyDecoder();
  const oneByte = new Uint8Array(1);
  const replies: Reply[] = [];
  for (const byte of latin1Bytes(KINDS.map(([text]) => text).join(""))) {
    oneByte[0] = byte;
    decoder.push(oneByte);
    replies.push(...drain(decoder));
  }
  assertEquals(replies, KINDS.map(([, reply]) => reply));
});

Deno.test("large bulks cut anywhere keep their bytes and what follows them", () => {
  const random = new Seeded(20260101);
  const body = Uint8Array.from({ length: 700_000 }, () => random.below(256));
  const head = latin1Bytes(`:1\r\n$${body.length}\r\n`);
  const wire = new Uint8Array(head.length + body.length + 6);
  wire.set(head);
  wire.set(body, head.length);
  wire.set(latin1Bytes("\r\n:2\r\n"), head.length + body.length);
  for (let round = 0; round < 20; round++) {
    const decoder = new ReplyDecoder();
    const replies: Reply[] = [];
    for (let at = 0; at < wire.length;) {
      const size = 1 + random.below(round % 2 === 0 ? 300_000 : 5_000);
      decoder.push(wire.subarray(at, at + size));
      replies.push(...drain(decoder));
      at += size;
    }
    assertEquals(replies.length, 3);
    const middle = replies[1];
    assert(middle.kind === "bulk" && middle.bytes.every((byte, i) => byte === body[i]));
    assertEquals(replies[2], integer(2));
  }
});

Deno.test("what is not RESP is refused at once and for good", () => {
  const wrong = [
    "x",
    "\r\n",
    "HTTP/1.1 400\r\n",
    ":\r\n",
    ":1a\r\n",
    ":1.5\r\n",
    "$\r\n",
    "$-2\r\n",
    "$1x\r\n",
    "$+1\r\n",
    "$3\r\nabcd\r\n",
    "$3\r\nabc\n\r",
    "*-2\r\n",
    "*a\r\n",
    "%-1\r\n",
    "$?\r\n",
    "*?\r\n",
    "#x\r\n",
    "#\r\n",
    "_x\r\n",
    ",\r\n",
    ",1.2.3\r\n",
    ",0x10\r\n",
    "(1.5\r\n",
    "=3\r\ntxt\r\n",
    "=4\r\ntxt-\r\n",
    "*1\r\n?",
    "$999999999999\r\n",
    ":" + "1".repeat(1000),
    "*1\r\n".repeat(513),
  ];
  for (const text of wrong) {
    const decoder = new ReplyDecoder();
    decoder.push(latin1Bytes(text));
    const first = assertThrows(() => drain(decoder), ReplyProtocolError);
    decoder.push(latin1Bytes("+OK\r\n"));
    assertEquals(assertThrows(() => decoder.next(), ReplyProtocolError), first, text);
  }
});

Deno.test("limits on size and nesting are the caller's", () => {
  const decoder = new ReplyDecoder({ maxBulkBytes: 4, maxDepth: 2 });
  decoder.push(latin1Bytes("$4\r\nabcd\r\n*1\r\n*1\r\n:1\r\n+abcd\r\n"));
  assertEquals(drain(decoder).length, 3);
  for (const text of ["$5\r\n", "*1\r\n*1\r\n*1\r\n", "+abcdefgh"]) {
    const limited = new ReplyDecoder({ maxBulkBytes: 4, maxDepth: 2 });
    limited.push(latin1Bytes(text));
    assertThrows(() => limited.next(), ReplyProtocolError);
  }
});

Deno.test("flipped and cut bytes give replies or a protocol error, never anything else", () => {
  const seed = 77;
  const random = new Seeded(seed);
  const wire = latin1Bytes(KINDS.map(([text]) => text).join(""));
  for (let round = 0; round < 3000; round++) {
    const broken = wire.slice(random.below(wire.length));
    for (let flips = 1 + random.below(3); flips > 0; flips--) {
      broken[random.below(broken.length)] = random.below(256);
    }
    const decoder = new ReplyDecoder({ maxBulkBytes: 1 << 20 });
    decoder.push(broken);
    try {
      drain(decoder);
    } catch (error) {
      assert(error instanceof ReplyProtocolError, `seed ${seed}, round ${round}: ${error}`);
    }
  }
});
