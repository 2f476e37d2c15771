// DEBUG LISTPACK and QUICKLIST: the blocks that small values and long lists consist of.
import { latin1 } from "../../base/bytes.ts";
import { INTEGER64_TEXT_MAX } from "../../base/int64.ts";
import { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import { elementTextInto } from "../../memory/listpack_element.ts";
import {
  backLengthBytes,
  elementBytes,
  encodingDataBytes,
  LISTPACK_END,
  LISTPACK_HEADER_BYTES,
} from "../../memory/listpack_format.ts";
import { readUint16, readUint32 } from "../../memory/little_endian.ts";
import type { PackedList } from "../../memory/packed_list.ts";
import { TYPE_LIST } from "../../store/entry.ts";
import { lookUntouched } from "../../store/key_operations.ts";
import {
  ENCODING_LISTPACK,
  ENCODING_LISTPACK_EX,
  ENCODING_QUICKLIST,
} from "../../values/encodings.ts";
import type { ListValues } from "../../values/list_values.ts";

/** Bytes of a text that are shown. */
const SHOWN_BYTES = 40;

const NO_LISTPACK = new CommandError("ERR Not a listpack encoded object.");
const NO_QUICKLIST = new CommandError("ERR Not a quicklist encoded object.");

const digits = new Uint8Array(INTEGER64_TEXT_MAX);
const text = new Slice();

/** DEBUG LISTPACK key */
export function printListpack(call: Call): void {
  const { database, services } = call, ref = entryOf(call);
  const encoding = database.encodingOf(ref);
  if (encoding !== ENCODING_LISTPACK && encoding !== ENCODING_LISTPACK_EX) throw NO_LISTPACK;
  const { u8 } = services.keyspace.arena;
  services.ports.process.print(textOfListpack(u8, database.valueOf(ref) * 8));
  call.reply.simple("Listpack structure printed on stdout");
}

/** DEBUG QUICKLIST key [0 | 1]; 1 shows the elements too. */
export function printQuicklist(call: Call): void {
  const { database, services } = call, ref = entryOf(call);
  if (database.encodingOf(ref) !== ENCODING_QUICKLIST) throw NO_QUICKLIST;
  const lists = services.keyspace.valueTypes[TYPE_LIST] as ListValues;
  const chain = lists.chains.get(database.valueOf(ref));
  const full = call.count > 3 && /^[ ]*[+-]?0*[1-9]/.test(textOf(call.at(3)));
  services.ports.process.print(textOfChain(chain, full));
  call.reply.simple("Quicklist structure printed on stdout");
}

function entryOf(call: Call): number {
  const ref = lookUntouched(call.database, call.at(2));
  if (ref === 0) throw ERR.noSuchKey;
  return ref;
}

function textOf({ bytes, start, end }: Slice): string {
  return latin1(bytes, start, end);
}

function shortTextOf({ bytes, start, end }: Slice): string {
  if (end - start <= SHOWN_BYTES) return latin1(bytes, start, end);
  return `${latin1(bytes, start, start + SHOWN_BYTES)}...`;
}

function textOfListpack(bytes: Uint8Array, base: number): string {
  const count = readUint16(bytes, base + 4);
  let told = `{total bytes ${readUint32(bytes, base)}} {num entries ${count}}\n`;
  let at = base + LISTPACK_HEADER_BYTES;
  for (let index = 0; bytes[at] !== LISTPACK_END; index++) {
    told += `{\n\tindex: ${index},\n\toffset: ${at - base},\n${textOfElement(bytes, at)}}\n`;
    at += elementBytes(bytes, at);
  }
  return `${told}{end}\n\n`;
}

function textOfElement(bytes: Uint8Array, at: number): string {
  const all = elementBytes(bytes, at), payload = encodingDataBytes(bytes, at);
  let back = 1;
  while (backLengthBytes(all - back) !== back) back++;
  const raw = [...bytes.subarray(at, at + all)].map((byte) => byte.toString(16).padStart(2, "0"));
  elementTextInto(bytes, at, text, digits);
  return `\thdr+entrylen+backlen: ${all},\n\thdrlen: ${all - back - payload},\n` +
    `\tbacklen: ${back},\n\tpayload: ${payload}\n` +
    `\tbytes: ${raw.join("|")}|\n\t[str]${shortTextOf(text)}\n`;
}

function textOfChain(chain: PackedList, full: boolean): string {
  let told = `{count : ${chain.count}}\n{len : ${chain.nodes}}\n{fill : ${chain.fill}}\n` +
    `{compress : ${chain.compressDepth}}\n`;
  let index = 0;
  for (let node = chain.head; node !== 0; node = chain.nextNode(node)) {
    const plain = chain.isPlain(node);
    told += `{quicklist node(${index++})\n{container : ${plain ? "PLAIN" : "PACKED"}, ` +
      `encoding: ${chain.isCompressed(node) ? "LZF" : "RAW"}, size: ${chain.nodeBytes(node)}, ` +
      `count: ${chain.nodeCount(node)}}\n`;
    if (!full) continue;
    chain.nodeInto(node, text);
    if (plain) told += `{ entry : ${shortTextOf(text)} }\n}\n`;
    else told += `{ listpack:\n${textOfListpack(text.bytes, text.start)}}\n}\n`;
  }
  return told;
}
