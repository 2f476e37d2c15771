// All rows of all tables. The imports are static: `deno compile` embeds only what it can see.
import type { CommandSpec } from "../engine/command.ts";
import { BITMAP_COMMANDS } from "./bitmap/table.ts";
import { CONNECTION_COMMANDS } from "./connection/table.ts";
import { GENERIC_COMMANDS } from "./generic/table.ts";
import { GEO_COMMANDS } from "./geo/table.ts";
import { HASH_COMMANDS } from "./hash/table.ts";
import { HYPERLOGLOG_COMMANDS } from "./hyperloglog/table.ts";
import { LIST_COMMANDS } from "./list/table.ts";
import { SERVER_COMMANDS } from "./server/table.ts";
import { SET_COMMANDS } from "./set/table.ts";
import { STREAM_COMMANDS } from "./stream/table.ts";
import { SORTED_SET_COMMANDS } from "./sorted_set/table.ts";
import { STRING_COMMANDS } from "./string/table.ts";
import { TRANSACTION_COMMANDS } from "./transactions/table.ts";

/** Every command of the server, in the order of the groups. */
export function allCommands(): readonly CommandSpec[] {
  return [
    ...STRING_COMMANDS,
    ...HASH_COMMANDS,
    ...LIST_COMMANDS,
    ...SET_COMMANDS,
    ...SORTED_SET_COMMANDS,
    ...STREAM_COMMANDS,
    ...BITMAP_COMMANDS,
    ...GEO_COMMANDS,
    ...HYPERLOGLOG_COMMANDS,
    ...GENERIC_COMMANDS,
    ...CONNECTION_COMMANDS,
    ...SERVER_COMMANDS,
    ...TRANSACTION_COMMANDS,
  ];
}
