// Which types of values a keyspace knows; strings need no description.
import type { Keyspace } from "./keyspace.ts";

/** Makes the types known to a keyspace that was just built: one line a type. */
export function installValueTypes(_keyspace: Keyspace): void {
}
