// Which form a value takes in a dump of a given version: the number that stands before its key.
import {
  ENCODING_HASHTABLE,
  ENCODING_INTSET,
  ENCODING_LISTPACK,
  ENCODING_LISTPACK_EX,
} from "../values/encodings.ts";
import {
  TYPE_HASH,
  TYPE_LIST,
  TYPE_SET,
  TYPE_STREAM,
  TYPE_STRING,
  TYPE_ZSET,
} from "../store/entry.ts";
import { VALUE_TYPE } from "./opcodes.ts";

/** The oldest and the newest version that can be written. */
export const OLDEST_WRITTEN_VERSION = 9;
export const NEWEST_WRITTEN_VERSION = 12;
/** What is written where nothing asks for another: every Redis from 7.0 and every Valkey reads it. */
export const USUAL_VERSION = 10;
/** The first version in which fields of hashes may expire. */
export const FIELD_EXPIRY_VERSION = 12;
/** The first with function libraries. */
export const FUNCTIONS_VERSION = 10;

/** The first with listpacks in the place of ziplists. */
const LISTPACKS_VERSION = 10;
/** The first with sets that are listpacks, and with the time at which a consumer was last active. */
const REDIS_7_2_VERSION = 11;

/** Something that the version asked for cannot hold; the message names it. */
export class RdbVersionError extends Error {
  override name = "RdbVersionError";
}

/** What is to be written. `expires`: some field of a hash does. */
export interface ValueFacts {
  readonly type: number;
  readonly encoding: number;
  readonly expires: boolean;
}

/** The number of the form; throws RdbVersionError when the version has none for the value. */
export function valueForm({ type, encoding, expires }: ValueFacts, version: number): number {
  const listpacks = version >= LISTPACKS_VERSION && encoding === ENCODING_LISTPACK;
  switch (type) {
    case TYPE_STRING:
      return VALUE_TYPE.string;
    case TYPE_LIST:
      return version >= LISTPACKS_VERSION ? VALUE_TYPE.listQuicklist2 : VALUE_TYPE.list;
    case TYPE_SET:
      if (encoding === ENCODING_INTSET) return VALUE_TYPE.setIntset;
      return listpacks && version >= REDIS_7_2_VERSION ? VALUE_TYPE.setListpack : VALUE_TYPE.set;
    case TYPE_ZSET:
      return listpacks ? VALUE_TYPE.sortedSetListpack : VALUE_TYPE.sortedSet2;
    case TYPE_HASH:
      if (expires) return expiringHashForm(encoding, version);
      return listpacks ? VALUE_TYPE.hashListpack : VALUE_TYPE.hash;
    case TYPE_STREAM:
      if (version >= REDIS_7_2_VERSION) return VALUE_TYPE.streamListpacks3;
      return version >= LISTPACKS_VERSION
        ? VALUE_TYPE.streamListpacks2
        : VALUE_TYPE.streamListpacks;
    default:
      throw new RdbVersionError(`values of type ${type} cannot be saved`);
  }
}

function expiringHashForm(encoding: number, version: number): number {
  if (version < FIELD_EXPIRY_VERSION) {
    throw new RdbVersionError(
      `a hash with fields that expire needs RDB version ${FIELD_EXPIRY_VERSION}, not ${version}`,
    );
  }
  if (encoding === ENCODING_LISTPACK_EX) return VALUE_TYPE.hashListpackEx;
  if (encoding === ENCODING_HASHTABLE) return VALUE_TYPE.hashMetadata;
  throw new RdbVersionError(`a hash of encoding ${encoding} cannot have fields that expire`);
}
