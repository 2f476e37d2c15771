/** Replies as JSON, as redis-cli writes it. */

import type { Reply } from "../../resp/reply.ts";
import type { Output } from "./output.ts";

const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const LETTER_ESCAPES: Readonly<Record<number, string>> = {
  0x08: "\\b",
  0x09: "\\t",
  0x0a: "\\n",
  0x0c: "\\f",
  0x0d: "\\r",
  [QUOTE]: '\\"',
  [BACKSLASH]: "\\\\",
};

/**
 * Appends a reply as JSON, as redis-cli writes it: an error is the word `error:` before a string,
 * bytes above 0x7f stay as they are unless `quoted`, which writes them as `\\xHH`.
 */
export function formatJson(output: Output, reply: Reply, quoted: boolean): void {
  switch (reply.kind) {
    case "error":
      formatString(output.ascii("error:"), reply.bytes, quoted);
      return;
    case "simple":
    case "bulk":
    case "verbatim":
      formatString(output, reply.bytes, quoted);
      return;
    case "integer":
    case "bigNumber":
      output.ascii(String(reply.value));
      return;
    case "double":
      output.ascii(reply.text);
      return;
    case "null":
      output.ascii("null");
      return;
    case "boolean":
      output.ascii(String(reply.value));
      return;
    case "map":
      formatObject(output, reply.items, quoted);
      return;
  }
  output.ascii("[");
  reply.items.forEach((item, i) => {
    if (i > 0) output.ascii(",");
    formatJson(output, item, quoted);
  });
  output.ascii("]");
}

function formatObject(output: Output, items: readonly Reply[], quoted: boolean): void {
  output.ascii("{");
  for (let i = 0; i < items.length; i += 2) {
    if (i > 0) output.ascii(",");
    const key = items[i];
    // Keys of JSON objects are strings, those of RESP3 maps may be anything.
    const isText = "bytes" in key;
    if (!isText) output.ascii('"');
    formatJson(output, key, quoted);
    output.ascii(isText ? ":" : '":');
    formatJson(output, items[i + 1], quoted);
  }
  output.ascii("}");
}

function formatString(output: Output, bytes: Uint8Array, quoted: boolean): void {
  if (quoted) {
    output.quoted(bytes, "\\\\");
    return;
  }
  output.ascii('"');
  let plainFrom = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte > 0x1f && byte !== QUOTE && byte !== BACKSLASH) continue;
    output.bytes(bytes.subarray(plainFrom, i));
    output.ascii(LETTER_ESCAPES[byte] ?? "\\u" + byte.toString(16).padStart(4, "0"));
    plainFrom = i + 1;
  }
  output.bytes(bytes.subarray(plainFrom)).ascii('"');
}
