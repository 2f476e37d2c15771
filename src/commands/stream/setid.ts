// XSETID: sets what a stream says of itself, for replicas and the append-only file.
import { integer64Of, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import type { Integer64 } from "../../base/int64.ts";
import { StreamId } from "../../values/stream_id.ts";
import { idOf } from "./id_arguments.ts";
import { writeStream } from "./open_stream.ts";

const ENTRIESADDED = keyword("entriesadded");
const MAXDELETEDID = keyword("maxdeletedid");

const NEGATIVE_ENTRIES_ADDED = new CommandError("ERR entries_added must be positive");
const BELOW_GIVEN_DELETED = new CommandError(
  "ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id",
);
const BELOW_DELETED = new CommandError(
  "ERR The ID specified in XSETID is smaller than current max_deleted_entry_id",
);
const BELOW_TOP = new CommandError(
  "ERR The ID specified in XSETID is smaller than the target stream top item",
);
const BELOW_LENGTH = new CommandError(
  "ERR The entries_added specified in XSETID is smaller than the target stream length",
);

/** XSETID key last-id [ENTRIESADDED entries-added] [MAXDELETEDID max-deleted-id] */
export function xsetid(call: Call): void {
  const id = idOf(call.at(2));
  let entriesAdded: Integer64 | undefined;
  let maxDeletedId = new StreamId();
  for (let i = 3; i < call.count; i += 2) {
    const option = call.at(i);
    if (i + 1 === call.count) throw ERR.syntax;
    if (option.equalsIgnoreCase(ENTRIESADDED)) {
      entriesAdded = integer64Of(call.at(i + 1));
      if (entriesAdded < 0) throw NEGATIVE_ENTRIES_ADDED;
    } else if (option.equalsIgnoreCase(MAXDELETEDID)) {
      maxDeletedId = idOf(call.at(i + 1));
      if (id.compare(maxDeletedId) < 0) throw BELOW_GIVEN_DELETED;
    } else throw ERR.syntax;
  }
  const key = call.at(1);
  const stream = writeStream(call, key);
  if (stream === undefined) throw ERR.noSuchKey;
  if (id.compare(stream.maxDeletedId) < 0) throw BELOW_DELETED;
  if (stream.hasAfter(id)) throw BELOW_TOP;
  if (entriesAdded !== undefined && stream.length > entriesAdded) throw BELOW_LENGTH;
  stream.lastId.copyFrom(id);
  if (entriesAdded !== undefined) stream.entriesAdded = entriesAdded;
  if (!maxDeletedId.isZero) stream.maxDeletedId.copyFrom(maxDeletedId);
  call.database.changed(key, "xsetid");
  call.reply.ok();
}
