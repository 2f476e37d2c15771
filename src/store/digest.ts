// Signatures of the data: DEBUG DIGEST and DEBUG DIGEST-VALUE.
import { asciiBytes } from "../base/bytes.ts";
import { invariant } from "../base/invariant.ts";
import { Digest } from "../values/digest.ts";
import type { Database } from "./database.ts";
import { TYPE_STRING } from "./entry.ts";
import type { Keyspace } from "./keyspace.ts";

const EXPIRE_MARK = asciiBytes("!!expire!!");

/** Signature of all keys of all databases; forty zeros without keys. */
export function digestOfKeyspace(keyspace: Keyspace): Digest {
  const whole = new Digest();
  for (const database of keyspace.databases) {
    if (database.size === 0) continue;
    whole.mix(bigEndian(database.index));
    forEachEntry(database, (ref) => {
      const one = new Digest();
      one.mixSlice(database.keyOf(ref));
      mixValue(one, database, ref);
      whole.xor(one.bytes);
    });
  }
  return whole;
}

/** Signature of the value of an entry, without its key; forty zeros for no entry. */
export function digestOfValue(database: Database, ref: number): Digest {
  const digest = new Digest();
  if (ref !== 0) mixValue(digest, database, ref);
  return digest;
}

function mixValue(digest: Digest, database: Database, ref: number): void {
  const type = database.typeOf(ref);
  digest.mix(bigEndian(type));
  if (type === TYPE_STRING) digest.mixSlice(database.stringOf(ref));
  else {
    const valueType = database.keyspace.valueTypes[type];
    invariant(valueType !== undefined, "every type that is stored knows its signature");
    valueType.digest(database.encodingOf(ref), database.valueOf(ref), digest);
  }
  if (database.expireAtOf(ref) >= 0) digest.xor(EXPIRE_MARK);
}

function bigEndian(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** Visits every entry once, which a scan does as long as nothing moves. */
function forEachEntry(database: Database, visit: (ref: number) => void): void {
  const { table } = database;
  table.pauseRehash();
  let cursor = 0;
  do cursor = table.scan(cursor, visit); while (cursor !== 0);
  table.resumeRehash();
}
