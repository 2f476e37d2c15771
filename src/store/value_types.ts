// Which types of values a keyspace knows; strings need no description.
import { HashValues } from "../values/hash_values.ts";
import { ListValues } from "../values/list_values.ts";
import { SetValues } from "../values/set_values.ts";
import { StreamValues } from "../values/stream_values.ts";
import { ZsetValues } from "../values/zset_values.ts";
import { TYPE_HASH, TYPE_LIST, TYPE_SET, TYPE_STREAM, TYPE_ZSET } from "./entry.ts";
import type { Keyspace } from "./keyspace.ts";

/** Makes the types known to a keyspace that was just built: one line a type. */
export function installValueTypes(keyspace: Keyspace): void {
  keyspace.valueTypes[TYPE_STREAM] = new StreamValues(keyspace);
  keyspace.valueTypes[TYPE_LIST] = new ListValues(keyspace);
  keyspace.valueTypes[TYPE_HASH] = new HashValues(keyspace);
  keyspace.valueTypes[TYPE_SET] = new SetValues(keyspace);
  keyspace.valueTypes[TYPE_ZSET] = new ZsetValues(keyspace);
}
