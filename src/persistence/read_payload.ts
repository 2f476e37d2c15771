// Reads what DUMP writes: one value, without a key, that RESTORE stores.
import { Crc64 } from "../base/crc64.ts";
import { Slice } from "../base/slice.ts";
import type { PayloadResult, PayloadTarget } from "../engine/ports.ts";
import { ByteSource } from "../rdb/byte_source.ts";
import type { KeyMeta } from "../rdb/key_meta.ts";
import { type Dialect, NEWEST_REDIS_VERSION, VALKEY_VERSION, VALUE_TYPE } from "../rdb/opcodes.ts";
import { RdbError, RdbRejection } from "../rdb/rdb_error.ts";
import { RdbInput, StringSlot } from "../rdb/rdb_input.ts";
import { ValueContext } from "../rdb/value_context.ts";
import { valueReadersFor } from "../rdb/value_readers.ts";
import type { Keyspace } from "../store/keyspace.ts";
import { KeyspaceValueSink } from "./value_sink.ts";

/** Version and checksum behind the value. */
const FOOTER_BYTES = 10;
const CHECKSUM_BYTES = 8;

const NO_META: KeyMeta = { offset: 0, expireAtMs: -1, idleSeconds: -1, frequency: -1 };

/** Reads a payload for a target; nothing was stored where it has a fault. */
export function readPayload(
  keyspace: Keyspace,
  payload: Slice,
  target: PayloadTarget,
  sanitize: boolean,
): PayloadResult {
  const dialect = verifiedDialect(payload);
  if (dialect === undefined) return "unverified";
  const value = payload.bytes.subarray(payload.start, payload.end - FOOTER_BYTES);
  try {
    return readValue(keyspace, value, target, { dialect, sanitize }) ? "stored" : "malformed";
  } catch (error) {
    if (error instanceof RdbError || error instanceof RdbRejection) return "malformed";
    throw error;
  }
}

/** Who wrote a payload; undefined when its version is unknown or its checksum wrong. */
function verifiedDialect({ bytes, start, end }: Slice): Dialect | undefined {
  if (end - start < FOOTER_BYTES) return undefined;
  const version = bytes[end - FOOTER_BYTES] | bytes[end - FOOTER_BYTES + 1] << 8;
  if (version > NEWEST_REDIS_VERSION && version !== VALKEY_VERSION) return undefined;
  const checksumAt = end - CHECKSUM_BYTES;
  if (!new Crc64().update(bytes, start, checksumAt).matches(bytes, checksumAt)) return undefined;
  return version === VALKEY_VERSION ? "valkey" : "redis";
}

function readValue(
  keyspace: Keyspace,
  bytes: Uint8Array,
  target: PayloadTarget,
  { dialect, sanitize }: { dialect: Dialect; sanitize: boolean },
): boolean {
  const input = new RdbInput(ByteSource.overBytes(bytes));
  input.source.stopChecksum();
  const type = input.readByte();
  if (type === VALUE_TYPE.string) {
    const slot = new StringSlot();
    input.readString(slot);
    target.string(slot.slice, slot.isInteger);
    return true;
  }
  const read = valueReadersFor(dialect)[type];
  if (read === undefined) return false;
  const builders = buildersFor(keyspace), { sink } = builders;
  builders.target = target;
  try {
    return read(new ValueContext(input, sanitize, { key: new Slice(), meta: NO_META, sink }), type);
  } catch (error) {
    buildersOf.delete(keyspace);
    sink.abandon();
    throw error;
  } finally {
    builders.target = undefined;
  }
}

/** What puts values together. Making it costs ten times as much as a small value, so it is kept. */
interface Builders {
  readonly sink: KeyspaceValueSink;
  target: PayloadTarget | undefined;
}

const buildersOf = new WeakMap<Keyspace, Builders>();

function buildersFor(keyspace: Keyspace): Builders {
  const known = buildersOf.get(keyspace);
  if (known !== undefined) return known;
  const sink = new KeyspaceValueSink(keyspace, {
    store: (_key, _meta, type, encoding, value) => made.target!.value(type, encoding, value),
  });
  const made: Builders = { sink, target: undefined };
  buildersOf.set(keyspace, made);
  return made;
}
