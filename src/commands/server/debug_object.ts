// DEBUG OBJECT: how a value is kept.
import { formatFixedDouble } from "../../base/double.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import { RdbWriter, versionForValue } from "../../rdb/writer.ts";
import type { Database } from "../../store/database.ts";
import { accessOf, ENCODING_NAMES, TYPE_LIST } from "../../store/entry.ts";
import { ENCODING_QUICKLIST } from "../../values/encodings.ts";
import type { ListValues } from "../../values/list_values.ts";

/** Bytes of a payload that are not the value: its type, the version, the checksum. */
const PAYLOAD_FRAME_BYTES = 1 + 2 + 8;

/** DEBUG OBJECT key */
export function debugObject(call: Call): void {
  const { database, reply, services } = call;
  const ref = database.peek(call.at(2));
  if (ref === 0) throw ERR.noSuchKey;
  const { access, arena, valueTypes } = services.keyspace;
  const field = accessOf(arena, ref);
  const idle = access.lfu ? 0 : access.idleSeconds(field);
  const encoding = database.encodingOf(ref);
  const nodes = encoding === ENCODING_QUICKLIST
    ? nodeFacts(valueTypes[TYPE_LIST] as ListValues, database.valueOf(ref))
    : "";
  reply.simple(
    `Value at:0x${(ref * 8).toString(16)} refcount:1 encoding:${ENCODING_NAMES[encoding]}` +
      ` serializedlength:${serializedLength(call, database, ref)}` +
      ` lru:${field} lru_seconds_idle:${idle}${nodes}`,
  );
}

/** Bytes that a value takes in a dump, its key and its type left out. */
function serializedLength(call: Call, database: Database, ref: number): number {
  const { keyspace, config } = call.services;
  const writer = new RdbWriter(keyspace, { write: () => {} }, {
    version: versionForValue(database, ref),
    compress: config.bool("rdbcompression"),
    checksum: false,
    access: "none",
  });
  writer.payload(database, ref);
  return writer.bytes - PAYLOAD_FRAME_BYTES;
}

/** What redis-server adds for a list of nodes. */
function nodeFacts(lists: ListValues, value: number): string {
  const chain = lists.chains.get(value);
  let bytes = 0;
  for (let node = chain.head; node !== 0; node = chain.nextNode(node)) {
    bytes += chain.nodeBytes(node);
  }
  return ` ql_nodes:${chain.nodes} ql_avg_node:${formatFixedDouble(chain.count / chain.nodes, 2)}` +
    ` ql_listpack_max:${chain.fill} ql_compressed:${chain.compressDepth === 0 ? 0 : 1}` +
    ` ql_uncompressed_size:${bytes}`;
}
