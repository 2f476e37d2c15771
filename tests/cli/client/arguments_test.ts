import { assertEquals } from "@std/assert";
import { latin1, latin1Bytes } from "../../../src/base/bytes.ts";
import {
  encodeRequest,
  splitArguments,
  splitTypedLine,
  unquote,
} from "../../../src/cli/client/arguments.ts";
import { byteLines } from "../../../src/cli/client/standard_input.ts";

function split(line: string): string[] | undefined {
  return splitArguments(latin1Bytes(line))?.map((word) => latin1(word));
}

Deno.test("a line splits at blanks, quotes keep blanks and escapes make bytes", () => {
  assertEquals(split("  set  k\tv \r"), ["set", "k", "v"]);
  assertEquals(split(String.raw`a "b c" 'd e' ""`), ["a", "b c", "d e", ""]);
  assertEquals(split(String.raw`"\x00\xFF\n\r\t\a\b\"\\\q\xZZ"`), [
    '\x00\xff\n\r\t\x07\x08"\\qxZZ',
  ]);
  assertEquals(split(String.raw`'\x41\n\''`), [String.raw`\x41\n'`]);
  assertEquals(split(String.raw`\x41 a"b"`), [String.raw`\x41`, "ab"]);
  assertEquals(split("\xff\xfe raw"), ["\xff\xfe", "raw"]);
  assertEquals(split(""), []);
});

Deno.test("a quote that stays open, or is followed by more, makes the line invalid", () => {
  for (const line of ['"a', "'a", '"a"b', "'a'b", 'x "', '"a\\"']) {
    assertEquals(split(line), undefined);
  }
});

Deno.test("typed text is sent as UTF-8", () => {
  assertEquals(splitTypedLine("é")?.map((word) => [...word]), [[0xc3, 0xa9]]);
  assertEquals([...unquote('"\\xe9"')!], [0xe9]);
  assertEquals(unquote("two words"), undefined);
});

Deno.test("a request is an array of bulks of any bytes", () => {
  const words = [latin1Bytes("SET"), latin1Bytes(""), latin1Bytes("\xff\r\n\x00")];
  assertEquals(
    latin1(encodeRequest(words)),
    "*3\r\n$3\r\nSET\r\n$0\r\n\r\n$4\r\n\xff\r\n\x00\r\n",
  );
});

Deno.test("lines of bytes come out whole wherever the input was cut", async () => {
  const text = "one\r\n\n\xff\xfe\x00two\nlast without end";
  for (let at = 0; at <= text.length; at++) {
    const lines: string[] = [];
    for await (const line of byteLines(cutAt(text, at))) lines.push(latin1(line));
    assertEquals(lines, ["one\r", "", "\xff\xfe\x00two", "last without end"]);
  }
});

async function* cutAt(text: string, at: number): AsyncGenerator<Uint8Array> {
  yield latin1Bytes(text.slice(0, at));
  yield await Promise.resolve(latin1Bytes(text.slice(at)));
}
