/** Replies of RESP2 and RESP3 as a tree that keeps every type; payloads are Latin-1, one character a byte. */

export type Reply =
  | { type: "simple"; text: string }
  | { type: "error"; text: string }
  | { type: "bulk"; text: string }
  | { type: "verbatim"; format: string; text: string }
  | { type: "blob error"; text: string }
  | { type: "integer"; value: bigint }
  | { type: "big number"; value: bigint }
  | { type: "double"; text: string }
  | { type: "boolean"; value: boolean }
  /** RESP2 knows two nulls, `$-1` and `*-1`; RESP3 one, `_`. */
  | { type: "null"; form: "bulk" | "array" | "resp3" }
  | { type: "array" | "set" | "push"; items: Reply[] }
  | { type: "map" | "attribute"; entries: [Reply, Reply][] };

/** What most assertions want: strings, numbers, null, arrays, maps as arrays of pairs; errors as `Error`. */
export type Plain = string | number | bigint | boolean | null | Error | Plain[];

/** Reads one reply that begins at `start`; null where the bytes do not hold all of it yet. */
export function parseReply(
  bytes: Uint8Array,
  start = 0,
): { reply: Reply; end: number } | null {
  const parser = new ReplyParser(bytes, start);
  const reply = parser.parse();
  return reply === null ? null : { reply, end: parser.position };
}

class ReplyParser {
  constructor(readonly bytes: Uint8Array, public position: number) {}

  parse(): Reply | null {
    const line = this.#line();
    if (line === null) return null;
    const rest = line.slice(1);
    switch (line[0]) {
      case "+":
        return { type: "simple", text: rest };
      case "-":
        return { type: "error", text: rest };
      case ":":
        return { type: "integer", value: BigInt(rest) };
      case "(":
        return { type: "big number", value: BigInt(rest) };
      case ",":
        return { type: "double", text: rest };
      case "#":
        if (rest !== "t" && rest !== "f") throw malformed(line);
        return { type: "boolean", value: rest === "t" };
      case "_":
        return { type: "null", form: "resp3" };
      case "$":
        return rest === "-1" ? { type: "null", form: "bulk" } : this.#blob(rest, "bulk");
      case "!":
        return this.#blob(rest, "blob error");
      case "=":
        return this.#verbatim(rest);
      case "*":
        return rest === "-1" ? { type: "null", form: "array" } : this.#sequence("array", rest);
      case "~":
        return this.#sequence("set", rest);
      case ">":
        return this.#sequence("push", rest);
      case "%":
        return this.#map("map", rest);
      case "|":
        return this.#map("attribute", rest);
      default:
        throw malformed(line);
    }
  }

  #line(): string | null {
    const end = this.bytes.indexOf(13, this.position);
    if (end < 0 || end + 1 >= this.bytes.length) return null;
    if (this.bytes[end + 1] !== 10) throw malformed(text(this.bytes, this.position, end + 2));
    const line = text(this.bytes, this.position, end);
    this.position = end + 2;
    return line;
  }

  #blob(length: string, type: "bulk" | "blob error"): Reply | null {
    const size = count(length);
    const end = this.position + size;
    if (end + 2 > this.bytes.length) return null;
    if (this.bytes[end] !== 13 || this.bytes[end + 1] !== 10) throw malformed(`$${length}`);
    const payload = text(this.bytes, this.position, end);
    this.position = end + 2;
    return { type, text: payload };
  }

  #verbatim(length: string): Reply | null {
    const blob = this.#blob(length, "bulk");
    if (blob === null || blob.type !== "bulk") return null;
    if (blob.text[3] !== ":") throw malformed(`=${length}`);
    return { type: "verbatim", format: blob.text.slice(0, 3), text: blob.text.slice(4) };
  }

  #sequence(type: "array" | "set" | "push", length: string): Reply | null {
    const items: Reply[] = [];
    for (let left = count(length); left > 0; left--) {
      const item = this.parse();
      if (item === null) return null;
      items.push(item);
    }
    return { type, items };
  }

  #map(type: "map" | "attribute", length: string): Reply | null {
    const entries: [Reply, Reply][] = [];
    for (let left = count(length); left > 0; left--) {
      const key = this.parse();
      const value = key === null ? null : this.parse();
      if (key === null || value === null) return null;
      entries.push([key, value]);
    }
    return { type, entries };
  }
}

/** The reply without its RESP types, for assertions that do not care about them. */
export function plain(reply: Reply): Plain {
  switch (reply.type) {
    case "simple":
    case "bulk":
    case "verbatim":
      return reply.text;
    case "error":
    case "blob error":
      return new Error(reply.text);
    case "integer":
    case "big number":
      return Number.isSafeInteger(Number(reply.value)) ? Number(reply.value) : reply.value;
    case "double":
      return doubleOf(reply.text);
    case "boolean":
      return reply.value;
    case "null":
      return null;
    case "array":
    case "set":
    case "push":
      return reply.items.map(plain);
    default:
      return reply.entries.map(([key, value]) => [plain(key), plain(value)]);
  }
}

/** The reply as redis-cli would show it, with the RESP type where two types look alike. */
export function show(reply: Reply, indent = ""): string {
  switch (reply.type) {
    case "simple":
      return `+${reply.text}`;
    case "error":
      return `(error) ${reply.text}`;
    case "blob error":
      return `(blob error) ${reply.text}`;
    case "bulk":
      return quote(reply.text);
    case "verbatim":
      return `(verbatim ${reply.format}) ${quote(reply.text)}`;
    case "integer":
    case "big number":
      return `(${reply.type}) ${reply.value}`;
    case "double":
      return `(double) ${reply.text}`;
    case "boolean":
      return `(boolean) ${reply.value}`;
    case "null":
      return `(nil ${reply.form})`;
    case "array":
    case "set":
    case "push":
      return showItems(reply.type, reply.items, indent);
    default:
      return showItems(reply.type, reply.entries.flat(), indent);
  }
}

function showItems(type: string, items: Reply[], indent: string): string {
  const deeper = indent + "  ";
  const lines = items.map((item, index) => `\n${deeper}${index + 1}) ${show(item, deeper)}`);
  return `(${type} of ${items.length})${lines.join("")}`;
}

/** A string in redis-cli's quotes: printable ASCII as it is, everything else as `\xHH`. */
export function quote(payload: string): string {
  const named: Record<string, string> = {
    '"': '\\"',
    "\\": "\\\\",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\x07": "\\a",
    "\b": "\\b",
  };
  let quoted = "";
  for (const character of payload) {
    const code = character.charCodeAt(0);
    const printable = code >= 32 && code < 127 ? character : `\\x${hex(code)}`;
    quoted += named[character] ?? printable;
  }
  return `"${quoted}"`;
}

function hex(code: number): string {
  return code.toString(16).padStart(2, "0");
}

function doubleOf(payload: string): number {
  if (payload === "inf") return Infinity;
  if (payload === "-inf") return -Infinity;
  return payload === "nan" ? NaN : Number(payload);
}

function count(digits: string): number {
  if (!/^\d+$/.test(digits)) throw malformed(digits);
  return Number(digits);
}

function text(bytes: Uint8Array, start: number, end: number): string {
  let out = "";
  for (let at = start; at < end; at += 8192) {
    out += String.fromCharCode(...bytes.subarray(at, Math.min(end, at + 8192)));
  }
  return out;
}

function malformed(line: string): Error {
  return new Error(`malformed reply: ${quote(line.slice(0, 200))}`);
}
