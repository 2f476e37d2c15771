// Which types of values a keyspace knows; strings need no description.
import { SetValues } from "../values/set_values.ts";
import { TYPE_SET } from "./entry.ts";
import type { Keyspace } from "./keyspace.ts";

/** Makes the types known to a keyspace that was just built: one line a type. */
export function installValueTypes(keyspace: Keyspace): void {
  keyspace.valueTypes[TYPE_SET] = new SetValues(keyspace);
}
