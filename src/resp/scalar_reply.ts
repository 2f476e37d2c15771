/** Replies that stand on one line. */

import { latin1 } from "../base/bytes.ts";
import { type Reply, ReplyProtocolError } from "./reply.ts";

/**
 * The value of a line without its type and line end.
 * @param type `+ - : ( _ #` or `,`. Throws ReplyProtocolError when the line is no such value.
 */
export function scalarReply(type: string, line: Uint8Array): Reply {
  if (type === "+") return { kind: "simple", bytes: line.slice() };
  if (type === "-") return { kind: "error", bytes: line.slice() };
  const text = latin1(line);
  switch (type) {
    case ":":
      if (/^[+-]?\d{1,20}$/.test(text)) return { kind: "integer", value: toBigInt(text) };
      break;
    case "(":
      if (/^[+-]?\d+$/.test(text)) return { kind: "bigNumber", value: toBigInt(text) };
      break;
    case "_":
      if (text === "") return { kind: "null" };
      break;
    case "#":
      if (text === "t" || text === "f") return { kind: "boolean", value: text === "t" };
      break;
    case ",": {
      const value = toDouble(text);
      if (value !== undefined) return { kind: "double", value, text };
      break;
    }
  }
  throw new ReplyProtocolError(`invalid value '${shownText(text)}' after '${type}'`);
}

function toBigInt(text: string): bigint {
  // BigInt() takes a minus sign but no plus sign.
  return BigInt(text.startsWith("+") ? text.slice(1) : text);
}

function toDouble(text: string): number | undefined {
  const special = /^([+-]?)(inf|nan)$/i.exec(text);
  if (special !== null) {
    if (special[2].toLowerCase() === "nan") return NaN;
    return special[1] === "-" ? -Infinity : Infinity;
  }
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/** The beginning of a text that came from outside, fit to stand in an error message. */
export function shownText(text: string): string {
  return text.slice(0, 64).replace(/[^ -~]/g, "?");
}
