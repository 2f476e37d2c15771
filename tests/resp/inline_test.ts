import { assert, assertEquals } from "@std/assert";
import { latin1, latin1Bytes } from "../../src/base/bytes.ts";
import { splitInline } from "../../src/resp/inline.ts";

function split(line: string): string[] | undefined {
  const bytes = latin1Bytes(`<${line}>`);
  return splitInline(bytes, 1, bytes.length - 1)?.map((s) => latin1(s.bytes, s.start, s.end));
}

Deno.test("words are split at white space", () => {
  assertEquals(split(""), []);
  assertEquals(split(" \t "), []);
  assertEquals(split("PING"), ["PING"]);
  assertEquals(split("  set\ta   b \r"), ["set", "a", "b"]);
});

Deno.test("a vertical tab or form feed begins no word but belongs to one", () => {
  assertEquals(split("a\vb \v\fc"), ["a\vb", "c"]);
});

Deno.test("double quotes know escapes", () => {
  assertEquals(split(`"a b"`), ["a b"]);
  assertEquals(split(`"\\n\\r\\t\\b\\a\\\\\\"\\q"`), ['\n\r\t\b\x07\\"q']);
  assertEquals(split(`"\\x00\\xfF\\x7"`), ["\0\xffx7"]);
  assertEquals(split(`""`), [""]);
  assertEquals(split(`"" ""`), ["", ""]);
});

Deno.test("single quotes know the escaped quote only", () => {
  assertEquals(split(`'a\\'b\\n"'`), [`a'b\\n"`]);
  assertEquals(split(`''`), [""]);
});

Deno.test("quotes may open inside a word but must end it", () => {
  assertEquals(split(`foo"bar"`), ["foobar"]);
  assertEquals(split(`foo'bar' x`), ["foobar", "x"]);
  assertEquals(split(`"foo"bar`), undefined);
  assertEquals(split(`'foo'"bar"`), undefined);
  assertEquals(split(`"a`), undefined);
  assertEquals(split(`'a`), undefined);
  assertEquals(split(`"a\\"`), undefined);
});

Deno.test("a NUL ends the line, in quotes too", () => {
  assertEquals(split("PING\0 more"), ["PING"]);
  assertEquals(split("\0PING"), []);
  assertEquals(split(`"a\0b"`), undefined);
});

Deno.test("a line of many words takes memory in proportion to its length", () => {
  const line = latin1Bytes("a ".repeat(32_000));
  const words = splitInline(line, 0, line.length)!;
  assertEquals(words.length, 32_000);
  const buffers = new Set(words.map((word) => word.bytes.buffer));
  let total = 0;
  for (const buffer of buffers) total += buffer.byteLength;
  assert(total <= line.length * 2, `${total} bytes for a line of ${line.length}`);
});
