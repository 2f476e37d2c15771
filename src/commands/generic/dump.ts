// DUMP: a value as bytes that RESTORE of any server understands.
import { ByteBuilder } from "../../base/byte_builder.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError } from "../../engine/errors.ts";
import { RdbVersionError } from "../../rdb/value_form.ts";
import { RdbWriter, versionForValue } from "../../rdb/writer.ts";

/** Most values are small, and making a buffer as for a whole dump takes longer than to write one. */
const BUFFER_BYTES = 1024;

/** DUMP key */
export function dump(call: Call): void {
  const { database, reply, services } = call;
  const ref = database.read(call.at(1));
  if (ref === 0) return reply.null();
  const { keyspace, config } = services;
  const payload = new ByteBuilder();
  const sink = { write: (bytes: Uint8Array) => void payload.bytes(bytes) };
  const asked = config.value("rdb-version");
  const writer = new RdbWriter(keyspace, sink, {
    version: asked === "auto" ? versionForValue(database, ref) : Number(asked),
    compress: config.bool("rdbcompression"),
    checksum: true,
    access: "none",
  }, BUFFER_BYTES);
  try {
    writer.payload(database, ref);
  } catch (error) {
    // Redis never gets there: the version is always its own.
    if (error instanceof RdbVersionError) throw new CommandError(`ERR ${error.message}`);
    throw error;
  }
  reply.bulkRange(payload.buffer, 0, payload.length);
}
