import { type Dialect, VALUE_TYPE } from "./opcodes.ts";
import type { ValueReader } from "./value_context.ts";
import {
  readIntset,
  readListpackHash,
  readListpackHashWithExpiry,
  readListpackSet,
  readListpackSortedSet,
  readQuicklist,
  readZiplistHash,
  readZiplistList,
  readZiplistSortedSet,
  readZipmapHash,
} from "./values/packed.ts";
import {
  readHashWithMetadata,
  readPlainHash,
  readPlainList,
  readPlainSet,
  readPlainSortedSet,
  readValkeyHash,
} from "./values/plain.ts";
import { readStream } from "./values/stream.ts";

/**
 * By type number. Strings are not here: the record loop reads them itself, for speed. Nor are the
 * values of modules: nobody but the module can read them.
 */
export type ValueReaders = Readonly<Record<number, ValueReader | undefined>>;

const COMMON: ValueReaders = {
  [VALUE_TYPE.list]: readPlainList,
  [VALUE_TYPE.set]: readPlainSet,
  [VALUE_TYPE.sortedSet]: readPlainSortedSet,
  [VALUE_TYPE.sortedSet2]: readPlainSortedSet,
  [VALUE_TYPE.hash]: readPlainHash,
  [VALUE_TYPE.hashZipmap]: readZipmapHash,
  [VALUE_TYPE.listZiplist]: readZiplistList,
  [VALUE_TYPE.setIntset]: readIntset,
  [VALUE_TYPE.sortedSetZiplist]: readZiplistSortedSet,
  [VALUE_TYPE.hashZiplist]: readZiplistHash,
  [VALUE_TYPE.listQuicklist]: readQuicklist,
  [VALUE_TYPE.listQuicklist2]: readQuicklist,
  [VALUE_TYPE.hashListpack]: readListpackHash,
  [VALUE_TYPE.sortedSetListpack]: readListpackSortedSet,
  [VALUE_TYPE.setListpack]: readListpackSet,
  [VALUE_TYPE.streamListpacks]: readStream,
  [VALUE_TYPE.streamListpacks2]: readStream,
  [VALUE_TYPE.streamListpacks3]: readStream,
};

const READERS: Readonly<Record<Dialect, ValueReaders>> = {
  redis: {
    ...COMMON,
    [VALUE_TYPE.hashMetadataPreGa]: readHashWithMetadata,
    [VALUE_TYPE.hashMetadata]: readHashWithMetadata,
    [VALUE_TYPE.hashListpackExPreGa]: readListpackHashWithExpiry,
    [VALUE_TYPE.hashListpackEx]: readListpackHashWithExpiry,
  },
  valkey: { ...COMMON, [VALUE_TYPE.valkeyHash2]: readValkeyHash },
};

/** The readers of the values that a file of this dialect may hold. */
export function valueReadersFor(dialect: Dialect): ValueReaders {
  return READERS[dialect];
}
