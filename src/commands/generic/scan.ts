// SCAN.
import { globMatch, isMatchAll } from "../../base/glob.ts";
import { parseCursor } from "../../base/int64.ts";
import type { Slice } from "../../base/slice.ts";
import { clampedIntegerOf, keyword, wordOf } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import type { Database } from "../../store/database.ts";
import { TYPE_MODULE, TYPE_NAMES } from "../../store/entry.ts";
import { scanTable, tableCursor } from "../../store/scan.ts";

const COUNT = keyword("count");
const MATCH = keyword("match");
const NOVALUES = keyword("novalues");
const TYPE = keyword("type");
const DEFAULT_COUNT = 10;
const ANY_TYPE = -1;
/** A type that no key has: an unknown name finds nothing, and is no error before Redis 8. */
const NO_TYPE = -2;

interface Options {
  count: number;
  pattern: Slice | undefined;
  type: number;
}

function readOptions(call: Call): Options {
  const options: Options = { count: DEFAULT_COUNT, pattern: undefined, type: ANY_TYPE };
  for (let i = 2; i < call.count; i += 2) {
    const option = call.at(i);
    if (option.equalsIgnoreCase(NOVALUES)) throw ERR.noValuesOfHashesOnly;
    if (i + 1 === call.count) throw ERR.syntax;
    const value = call.at(i + 1);
    if (option.equalsIgnoreCase(COUNT)) {
      options.count = clampedIntegerOf(value);
      if (options.count < 1) throw ERR.syntax;
    } else if (option.equalsIgnoreCase(MATCH)) options.pattern = value;
    else if (option.equalsIgnoreCase(TYPE)) options.type = typeNamed(wordOf(value));
    else throw ERR.syntax;
  }
  if (options.pattern !== undefined && isMatchAll(options.pattern)) options.pattern = undefined;
  return options;
}

function typeNamed(word: string): number {
  const type = (TYPE_NAMES as readonly string[]).indexOf(word);
  return type < 0 || type === TYPE_MODULE ? NO_TYPE : type;
}

/** SCAN cursor [MATCH pattern] [COUNT count] [TYPE type] */
export function scan(call: Call): void {
  const { database, reply } = call;
  const { bytes, start, end } = call.at(1);
  const cursor = parseCursor(bytes, start, end);
  if (cursor === undefined) throw ERR.invalidCursor;
  const { count, pattern, type } = readOptions(call);
  const found: number[] = [];
  const next = scanTable(database.table, tableCursor(cursor), count, (ref) => {
    if (pattern === undefined || globMatch(pattern, database.keyOf(ref))) found.push(ref);
  });
  const wanted = found.filter((ref) => isLive(database, ref) && hasType(database, ref, type));
  reply.array(2);
  reply.bulkInteger(next);
  reply.array(wanted.length);
  for (const ref of wanted) reply.bulk(database.keyOf(ref));
}

function hasType(database: Database, ref: number, type: number): boolean {
  return type === ANY_TYPE || database.typeOf(ref) === type;
}

/** Removes a key whose time is over; that moves no other entry. A replica only leaves it out. */
function isLive(database: Database, ref: number): boolean {
  if (!database.isOver(ref)) return true;
  if (database.keyspace.expiresKeys) database.expire(ref, database.keyOf(ref));
  return false;
}
