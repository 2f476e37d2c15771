// DEBUG HTSTATS and HTSTATS-KEY: how entries are spread over the buckets of hash tables.
import { formatFixedDouble } from "../../base/double.ts";
import { integerOf, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import type { HashTable } from "../../memory/hash_table.ts";
import { type ArrayStatistics, tableStatistics } from "../../memory/table_statistics.ts";
import { lookUntouched } from "../../store/key_operations.ts";

const FULL = keyword("full");
/** Longer chains are not told, as in Redis. */
const MAX_CHAIN_TOLD = 49;

const NO_DATABASE = new CommandError("ERR Out of range database");
const NO_TABLE = new CommandError(
  "ERR The value stored at the specified key is not represented using an hash table",
);

/** DEBUG HTSTATS database [FULL] */
export function tableStats(call: Call): void {
  const { databases } = call.services.keyspace;
  const index = integerOf(call.at(2));
  if (index < 0 || index >= databases.length) throw NO_DATABASE;
  const { table, expires } = databases[index];
  call.reply.verbatim(
    "txt",
    `[Dictionary HT]\n${textOfTable(table, isFull(call))}` +
      `[Expires index]\n number of elements: ${expires.length}\n`,
  );
}

/** DEBUG HTSTATS-KEY key [FULL] */
export function tableStatsOfKey(call: Call): void {
  const { database } = call, ref = entryOf(call);
  const type = call.services.keyspace.valueTypes[database.typeOf(ref)];
  const table = type?.membersOf?.(database.encodingOf(ref), database.valueOf(ref));
  if (table === undefined) throw NO_TABLE;
  call.reply.verbatim("txt", textOfTable(table, isFull(call)));
}

function isFull(call: Call): boolean {
  return call.count > 3 && call.at(3).equalsIgnoreCase(FULL);
}

function entryOf(call: Call): number {
  const ref = lookUntouched(call.database, call.at(2));
  if (ref === 0) throw ERR.noSuchKey;
  return ref;
}

/** What redis-server says of a table, in its words, as tools look for them. */
function textOfTable(table: HashTable, full: boolean): string {
  return tableStatistics(table).map((array, index) => {
    const name = `Hash table ${index} stats (${
      index === 0 ? "main hash table" : "rehashing target"
    })`;
    if (array.entries === 0) return `${name}:\nNo stats available for empty dictionaries\n`;
    const size = ` table size: ${array.buckets}\n number of elements: ${array.entries}\n`;
    return `${name}:\n${size}${full ? textOfChains(array) : ""}`;
  }).join("");
}

function textOfChains({ buckets, entries, chains }: ArrayStatistics): string {
  const slots = buckets - chains[0];
  const average = formatFixedDouble(Math.fround(entries / slots), 2);
  const lines = [
    ` different slots: ${slots}`,
    ` max chain length: ${chains.length - 1}`,
    ` avg chain length (counted): ${average}`,
    ` avg chain length (computed): ${average}`,
    " Chain length distribution:",
  ];
  chains.slice(0, MAX_CHAIN_TOLD).forEach((count, length) => {
    if (count > 0) {
      lines.push(`   ${length}: ${count} (${formatFixedDouble(count / buckets * 100, 2)}%)`);
    }
  });
  return lines.join("\n") + "\n";
}
