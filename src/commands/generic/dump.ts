// DUMP: a value as bytes that RESTORE of any server understands.
import { ByteBuilder } from "../../base/byte_builder.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError } from "../../engine/errors.ts";
import { RdbVersionError } from "../../rdb/value_form.ts";
import { RdbWriter, versionForValue } from "../../rdb/writer.ts";
import type { Keyspace } from "../../store/keyspace.ts";

/** Most values are small, and making a buffer as for a whole dump takes longer than to write one. */
const BUFFER_BYTES = 1024;

/** A payload beyond this is not kept for the next one to be written over. */
const KEPT_BYTES = 64 << 10;

/** DUMP key */
export function dump(call: Call): void {
  const { database, reply, services } = call;
  const ref = database.read(call.at(1));
  if (ref === 0) return reply.null();
  const { keyspace, config } = services;
  const asked = config.value("rdb-version");
  const version = asked === "auto" ? versionForValue(database, ref) : Number(asked);
  const { writer, payload } = dumperFor(keyspace, version, config.bool("rdbcompression"));
  try {
    writer.payload(database, ref);
  } catch (error) {
    dumpers.delete(keyspace);
    // Redis never gets there: the version is always its own.
    if (error instanceof RdbVersionError) throw new CommandError(`ERR ${error.message}`);
    throw error;
  }
  reply.bulkRange(payload.buffer, 0, payload.length);
  if (payload.length > KEPT_BYTES) dumpers.delete(keyspace);
}

/** A writer, and what it has written. Making them costs far more than writing a small value. */
interface Dumper {
  readonly version: number;
  readonly compress: boolean;
  readonly writer: RdbWriter;
  readonly payload: ByteBuilder;
}

const dumpers = new WeakMap<Keyspace, Dumper>();

function dumperFor(keyspace: Keyspace, version: number, compress: boolean): Dumper {
  const known = dumpers.get(keyspace);
  if (known !== undefined && known.version === version && known.compress === compress) {
    known.payload.clear();
    return known;
  }
  const payload = new ByteBuilder();
  const sink = { write: (bytes: Uint8Array) => void payload.bytes(bytes) };
  const options = { version, compress, checksum: true, access: "none" } as const;
  const writer = new RdbWriter(keyspace, sink, options, BUFFER_BYTES);
  const dumper = { version, compress, writer, payload };
  dumpers.set(keyspace, dumper);
  return dumper;
}
