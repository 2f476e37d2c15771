// How a dump of the keyspace begins: which version, and what is told about it.
import { REDIS_VERSION } from "../base/version.ts";
import type { Engine } from "../engine/engine.ts";
import type { ByteSink, FrameSink } from "../rdb/rdb_output.ts";
import { RdbWriter, type RdbWriterOptions, versionForKeyspace } from "../rdb/writer.ts";
import type { Keyspace } from "../store/keyspace.ts";

/** What a dump holds besides the keys. */
export interface DumpContents {
  /** It is the base file of an append-only file. */
  readonly aofBase: boolean;
  readonly functionLibraries: readonly Uint8Array[];
}

/** A writer for the keys of a dump, what comes before them written. */
export function beginDump(
  { keyspace, config }: Engine,
  sink: ByteSink | FrameSink,
  { aofBase, functionLibraries }: DumpContents,
): RdbWriter {
  const writer = new RdbWriter(keyspace, sink, {
    version: dumpVersion(config.value("rdb-version"), keyspace),
    compress: config.bool("rdbcompression"),
    checksum: config.bool("rdbchecksum"),
    access: accessFor(config.rendered("maxmemory-policy")),
  });
  writer.begin({
    "redis-ver": REDIS_VERSION,
    "redis-bits": 64,
    "ctime": Math.floor(keyspace.clock.nowMs() / 1000),
    "used-mem": keyspace.arena.usedBytes,
    "aof-base": aofBase ? 1 : 0,
  });
  for (const code of functionLibraries) writer.functionLibrary(code);
  return writer;
}

/** The format version that `rdb-version` asks for; `auto` is the lowest that holds the data. */
function dumpVersion(directive: string, keyspace: Keyspace): number {
  return directive === "auto" ? versionForKeyspace(keyspace) : Number(directive);
}

/** Redis writes how keys were used only where the eviction policy looks at it. */
function accessFor(policy: string): RdbWriterOptions["access"] {
  if (policy.endsWith("-lru")) return "lru";
  return policy.endsWith("-lfu") ? "lfu" : "none";
}
