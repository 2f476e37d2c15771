// The flags and ACL categories of commands: names as COMMAND shows them, bits as the engine tests them.
// Source: the Redis pages "COMMAND" and "ACL".

/** Flag names, lower case, in the order COMMAND INFO lists them. The bit is 1 << position. */
export const FLAG_NAMES = [
  "write",
  "readonly",
  "denyoom",
  "admin",
  "pubsub",
  "noscript",
  "blocking",
  "loading",
  "stale",
  "skip_monitor",
  "skip_slowlog",
  "asking",
  "fast",
  "no_auth",
  "may_replicate",
  "no_async_loading",
  "no_multi",
  "movablekeys",
  "allow_busy",
  "no_mandatory_keys",
  "protected",
  "touches_arbitrary_keys",
] as const;

export type FlagName = typeof FLAG_NAMES[number];

function bit(name: FlagName): number {
  return 1 << FLAG_NAMES.indexOf(name);
}

export const FLAG_WRITE = bit("write");
export const FLAG_READONLY = bit("readonly");
export const FLAG_DENYOOM = bit("denyoom");
export const FLAG_ADMIN = bit("admin");
export const FLAG_PUBSUB = bit("pubsub");
export const FLAG_NOSCRIPT = bit("noscript");
export const FLAG_BLOCKING = bit("blocking");
export const FLAG_LOADING = bit("loading");
export const FLAG_STALE = bit("stale");
export const FLAG_SKIP_MONITOR = bit("skip_monitor");
export const FLAG_SKIP_SLOWLOG = bit("skip_slowlog");
export const FLAG_FAST = bit("fast");
export const FLAG_NO_AUTH = bit("no_auth");
export const FLAG_MAY_REPLICATE = bit("may_replicate");
export const FLAG_NO_MULTI = bit("no_multi");
export const FLAG_MOVABLEKEYS = bit("movablekeys");
export const FLAG_ALLOW_BUSY = bit("allow_busy");
export const FLAG_PROTECTED = bit("protected");
export const FLAG_TOUCHES_ARBITRARY_KEYS = bit("touches_arbitrary_keys");

/** All bits of a list of names. */
export function flagBits(names: readonly FlagName[]): number {
  let bits = 0;
  for (const name of names) bits |= bit(name);
  return bits;
}

/** The names of the bits set, in listing order. */
export function flagNames(bits: number): FlagName[] {
  return FLAG_NAMES.filter((_, position) => (bits & 1 << position) !== 0);
}

/** ACL categories in the order ACL CAT lists them. */
export const CATEGORY_NAMES = [
  "keyspace",
  "read",
  "write",
  "set",
  "sortedset",
  "list",
  "hash",
  "string",
  "bitmap",
  "hyperloglog",
  "geo",
  "stream",
  "pubsub",
  "admin",
  "fast",
  "slow",
  "blocking",
  "dangerous",
  "connection",
  "transaction",
  "scripting",
] as const;

export type CategoryName = typeof CATEGORY_NAMES[number];

/** Categories that follow from flags; a row lists only the others. */
export function impliedCategories(flags: number): CategoryName[] {
  const implied: CategoryName[] = [];
  if (flags & FLAG_WRITE) implied.push("write");
  if (flags & FLAG_READONLY) implied.push("read");
  if (flags & FLAG_ADMIN) implied.push("admin", "dangerous");
  if (flags & FLAG_PUBSUB) implied.push("pubsub");
  implied.push(flags & FLAG_FAST ? "fast" : "slow");
  if (flags & FLAG_BLOCKING) implied.push("blocking");
  return implied;
}
