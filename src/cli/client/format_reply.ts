/** Replies as people and programs read them: the formats of redis-cli, byte for byte. */

import type { Reply } from "../../resp/reply.ts";
import { formatJson } from "./format_json.ts";
import type { Output } from "./output.ts";

export type OutputMode = "standard" | "raw" | "csv" | "json" | "quoted-json";

export interface FormatOptions {
  readonly mode: OutputMode;
  /** Stands between the elements of an aggregate in raw mode. */
  readonly elementDelimiter: Uint8Array;
  /** Ends each reply in raw mode. */
  readonly replyDelimiter: Uint8Array;
}

type Aggregate = Extract<Reply, { items: Reply[] }>;

const EMPTY_WORDS = { array: "array", map: "hash", set: "set", push: "push" } as const;
const NUMBER_MARKS = { array: ") ", push: ") ", set: "~ ", map: "# " } as const;

/** Appends one reply, with the line end or delimiter its mode asks for. */
export function formatReply(output: Output, reply: Reply, options: FormatOptions): void {
  switch (options.mode) {
    case "standard":
      return formatStandard(output, reply);
    case "raw":
      formatRaw(output, reply, options.elementDelimiter);
      output.bytes(options.replyDelimiter);
      return;
    case "csv":
      formatCsv(output, reply);
      output.ascii("\n");
      return;
    case "json":
    case "quoted-json":
      formatJson(output, reply, options.mode === "quoted-json");
      output.ascii("\n");
  }
}

/** Appends a reply for people: types shown, elements numbered and indented by `prefix`. */
export function formatStandard(output: Output, reply: Reply, prefix = ""): void {
  formatNested(output, reply, prefix);
  output.ascii("\n");
}

/** Without the last line end, which the caller of an aggregate's element may not want. */
function formatNested(output: Output, reply: Reply, prefix: string): void {
  switch (reply.kind) {
    case "error":
      output.ascii("(error) ").bytes(reply.bytes);
      return;
    case "simple":
    case "verbatim":
      output.bytes(reply.bytes);
      return;
    case "bulk":
      output.quoted(reply.bytes);
      return;
    case "integer":
      output.ascii(`(integer) ${reply.value}`);
      return;
    case "double":
      output.ascii(`(double) ${reply.text}`);
      return;
    case "bigNumber":
      output.ascii(`(big number) ${reply.value}`);
      return;
    case "null":
      output.ascii("(nil)");
      return;
    case "boolean":
      output.ascii(reply.value ? "(true)" : "(false)");
      return;
    default:
      formatAggregate(output, reply, prefix);
  }
}

function formatAggregate(output: Output, reply: Aggregate, prefix: string): void {
  const { items, kind } = reply;
  if (items.length === 0) {
    output.ascii(`(empty ${EMPTY_WORDS[kind]})`);
    return;
  }
  const step = kind === "map" ? 2 : 1;
  const width = String(items.length / step).length;
  const inner = prefix + " ".repeat(width + 2);
  for (let i = 0; i < items.length; i += step) {
    // The first element stands on the line its parent began, which is indented already.
    if (i > 0) output.ascii("\n").ascii(prefix);
    output.ascii(String(i / step + 1).padStart(width)).ascii(NUMBER_MARKS[kind]);
    formatNested(output, items[i], inner);
    if (kind !== "map") continue;
    output.ascii(" => ");
    if (takesManyLines(items[i + 1])) output.ascii("\n").ascii(inner);
    formatNested(output, items[i + 1], inner);
  }
}

function takesManyLines(reply: Reply): boolean {
  if (!("items" in reply) || reply.items.length === 0) return false;
  const single = reply.kind === "map" ? 2 : 1;
  return reply.items.length > single || takesManyLines(reply.items[single - 1]);
}

/** Appends the bare values, elements separated by the delimiter, nothing at the end. */
export function formatRaw(output: Output, reply: Reply, delimiter: Uint8Array): void {
  switch (reply.kind) {
    case "null":
      return;
    case "error":
      output.bytes(reply.bytes).ascii("\n");
      return;
    case "simple":
    case "bulk":
    case "verbatim":
      output.bytes(reply.bytes);
      return;
    case "boolean":
      output.ascii(reply.value ? "(true)" : "(false)");
      return;
    case "integer":
    case "bigNumber":
      output.ascii(String(reply.value));
      return;
    case "double":
      output.ascii(reply.text);
      return;
  }
  reply.items.forEach((item, i) => {
    const isValueOfMap = reply.kind === "map" && i % 2 === 1;
    if (isValueOfMap) output.ascii(" ");
    else if (i > 0) output.bytes(delimiter);
    formatRaw(output, item, delimiter);
  });
}

function formatCsv(output: Output, reply: Reply): void {
  switch (reply.kind) {
    case "error":
      output.ascii("ERROR,").quoted(reply.bytes);
      return;
    case "simple":
    case "bulk":
    case "verbatim":
      output.quoted(reply.bytes);
      return;
    case "null":
      output.ascii("NULL");
      return;
    case "boolean":
      output.ascii(reply.value ? "true" : "false");
      return;
    case "integer":
    case "bigNumber":
      output.ascii(String(reply.value));
      return;
    case "double":
      output.ascii(reply.text);
      return;
  }
  reply.items.forEach((item, i) => {
    if (i > 0) output.ascii(",");
    formatCsv(output, item);
  });
}
