import { assertEquals } from "@std/assert";
import { latin1, latin1Bytes } from "../../../src/base/bytes.ts";
import { formatReply, type OutputMode } from "../../../src/cli/client/format_reply.ts";
import { Output } from "../../../src/cli/client/output.ts";
import { ReplyDecoder } from "../../../src/resp/reply_decoder.ts";

async function shown(wire: string, mode: OutputMode): Promise<string> {
  const decoder = new ReplyDecoder();
  decoder.push(latin1Bytes(wire));
  const written: string[] = [];
  const output = new Output({
    write(bytes) {
      // As a full pipe does: fewer bytes than offered.
      const taken = Math.min(bytes.length, 1000);
      written.push(latin1(bytes, 0, taken));
      return Promise.resolve(taken);
    },
  });
  const newline = latin1Bytes("\n");
  const reply = decoder.next()!;
  formatReply(output, reply, { mode, elementDelimiter: newline, replyDelimiter: newline });
  await output.flush();
  return written.join("");
}

const STANDARD: [wire: string, text: string][] = [
  ["+OK\r\n", "OK\n"],
  ["-ERR x\r\n", "(error) ERR x\n"],
  [":-5\r\n", "(integer) -5\n"],
  ['$5\r\na"\\\x00\xff\r\n', '"a\\"\\\\\\x00\\xff"\n'],
  ["$7\r\n\n\r\t\x07\x08\x0b\x7f\r\n", '"\\n\\r\\t\\a\\b\\x0b\\x7f"\n'],
  ["$-1\r\n", "(nil)\n"],
  ["_\r\n", "(nil)\n"],
  ["#t\r\n", "(true)\n"],
  [",1.50\r\n", "(double) 1.50\n"],
  ["(12345678901234567890\r\n", "(big number) 12345678901234567890\n"],
  ['=9\r\ntxt:a\n\x01b"\r\n', 'a\n\x01b"\n'],
  ["*0\r\n", "(empty array)\n"],
  ["~0\r\n", "(empty set)\n"],
  ["%0\r\n", "(empty hash)\n"],
  [">0\r\n", "(empty push)\n"],
  ["*2\r\n:1\r\n*2\r\n+a\r\n*0\r\n", "1) (integer) 1\n2) 1) a\n   2) (empty array)\n"],
  ["~2\r\n:1\r\n:2\r\n", "1~ (integer) 1\n2~ (integer) 2\n"],
  [
    "%2\r\n+k\r\n:1\r\n+l\r\n*2\r\n:2\r\n:3\r\n",
    "1# k => (integer) 1\n2# l => \n   1) (integer) 2\n   2) (integer) 3\n",
  ],
  ["%1\r\n+k\r\n*1\r\n*1\r\n:2\r\n", "1# k => 1) 1) (integer) 2\n"],
  ["%1\r\n+k\r\n%1\r\n+l\r\n:2\r\n", "1# k => 1# l => (integer) 2\n"],
  ["|1\r\n+ttl\r\n:9\r\n+OK\r\n", "OK\n"],
];

Deno.test("replies for people show their type, numbering and indentation", async () => {
  for (const [wire, text] of STANDARD) assertEquals(await shown(wire, "standard"), text);
});

Deno.test("the numbers of ten and more elements are aligned to the right", async () => {
  const inner = `*2\r\n:1\r\n:2\r\n`;
  const text = await shown(`*10\r\n${":0\r\n".repeat(9)}${inner}`, "standard");
  assertEquals(text.split("\n").slice(0, 2), [" 1) (integer) 0", " 2) (integer) 0"]);
  assertEquals(text.split("\n").slice(9), ["10) 1) (integer) 1", "    2) (integer) 2", ""]);
});

Deno.test("raw replies are bare bytes, one element a line", async () => {
  assertEquals(await shown("$3\r\n\xff\r\n\r\n", "raw"), "\xff\r\n\n");
  assertEquals(await shown("*3\r\n:1\r\n$-1\r\n*2\r\n+a\r\n+b\r\n", "raw"), "1\n\na\nb\n");
  assertEquals(await shown("%2\r\n+a\r\n:1\r\n+b\r\n:2\r\n", "raw"), "a 1\nb 2\n");
  assertEquals(await shown("-ERR x\r\n", "raw"), "ERR x\n\n");
});

Deno.test("JSON escapes controls and keeps bytes, quoted JSON is ASCII", async () => {
  const wire = '*3\r\n$4\r\n"\\\x01\xe9\r\n%1\r\n:1\r\n#f\r\n_\r\n';
  assertEquals(await shown(wire, "json"), '["\\"\\\\\\u0001\xe9",{"1":false},null]\n');
  assertEquals(
    await shown(wire, "quoted-json"),
    '["\\\\"\\\\\\\\\\\\x01\\\\xe9",{"1":false},null]\n',
  );
  assertEquals(JSON.parse(await shown("$3\r\na\n\t\r\n", "json")), "a\n\t");
});

Deno.test("CSV quotes texts and flattens what is nested", async () => {
  const wire = "*4\r\n+a\r\n:1\r\n%1\r\n+k\r\n_\r\n-ERR x\r\n";
  assertEquals(await shown(wire, "csv"), '"a",1,"k",NULL,ERROR,"ERR x"\n');
});

Deno.test("a large value is written whole although the pipe takes little at a time", async () => {
  const body = "\x00x".repeat(150_000);
  assertEquals(await shown(`$${body.length}\r\n${body}\r\n`, "raw"), body + "\n");
  const quoted = `"${"\\x00x".repeat(150_000)}"\n`;
  assertEquals(await shown(`$${body.length}\r\n${body}\r\n`, "standard"), quoted);
});
