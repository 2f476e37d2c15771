// Finds and creates the stream of a key.
import { latin1 } from "../../base/bytes.ts";
import type { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError } from "../../engine/errors.ts";
import { ENCODING_STREAM, TYPE_STREAM } from "../../store/entry.ts";
import type { StreamGroup } from "../../values/stream_group.ts";
import type { StreamValue } from "../../values/stream_value.ts";
import type { StreamValues } from "../../values/stream_values.ts";

/** All streams, and the cursor that replies are written with. */
export function streamsOf(call: Call): StreamValues {
  return call.services.keyspace.valueTypes[TYPE_STREAM] as StreamValues;
}

/** The stream to read; undefined without the key. Throws WRONGTYPE. */
export function readStream(call: Call, key: Slice): StreamValue | undefined {
  const ref = call.readTyped(key, TYPE_STREAM);
  return ref === 0 ? undefined : streamsOf(call).streams.get(call.database.valueOf(ref));
}

/** The stream to change; undefined without the key. Throws WRONGTYPE. */
export function writeStream(call: Call, key: Slice): StreamValue | undefined {
  const ref = call.writeTyped(key, TYPE_STREAM);
  return ref === 0 ? undefined : streamsOf(call).streams.get(call.database.valueOf(ref));
}

/** Stores a stream that is not stored yet under the key that was looked up last, in vain. */
export function storeStream(call: Call, key: Slice, stream: StreamValue): void {
  const { streams } = streamsOf(call);
  const handle = streams.add(stream);
  try {
    call.database.putValue(key, TYPE_STREAM, ENCODING_STREAM, handle);
  } catch (error) {
    streams.release(handle).free();
    throw error;
  }
}

/** An argument as an error quotes it: up to its first NUL. */
export function quotedArgument({ bytes, start, end }: Slice): string {
  return latin1(bytes, start, end).split("\0", 1)[0];
}

/** Neither the key nor the group is known. */
export function noSuchKeyOrGroup(key: Slice, group: Slice, where = ""): CommandError {
  return new CommandError(
    `NOGROUP No such key '${quotedArgument(key)}' or consumer group '${
      quotedArgument(group)
    }'${where}`,
  );
}

/** The key is there, the group is not. */
export function noSuchGroup(key: Slice, group: Slice): CommandError {
  return new CommandError(
    `NOGROUP No such consumer group '${quotedArgument(group)}' for key name '${
      quotedArgument(key)
    }'`,
  );
}

/** A stream and one of its groups, to change them. Throws NOGROUP where either is missing. */
export function writeGroup(
  call: Call,
  key: Slice,
  name: Slice,
): { stream: StreamValue; group: StreamGroup } {
  const stream = writeStream(call, key);
  const group = stream?.group(name);
  if (stream === undefined || group === undefined) throw noSuchKeyOrGroup(key, name);
  return { stream, group };
}
