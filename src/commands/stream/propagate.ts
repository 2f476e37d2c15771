// What groups did, said as commands that do the same again whatever the time and the arguments were.
import { asciiBytes } from "../../base/bytes.ts";
import type { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import type { StreamGroup } from "../../values/stream_group.ts";
import type { StreamId } from "../../values/stream_id.ts";

const [XCLAIM, XGROUP, SETID, CREATECONSUMER, ENTRIESREAD] = words(
  "XCLAIM XGROUP SETID CREATECONSUMER ENTRIESREAD",
);
const [TIME, RETRYCOUNT, FORCE, JUSTID, LASTID, ZERO] = words(
  "TIME RETRYCOUNT FORCE JUSTID LASTID 0",
);

function words(text: string): Uint8Array[] {
  return text.split(" ").map(asciiBytes);
}

/** A pending entry is as it is now; or, where the stream has it no more, is pending no longer. */
export function propagateClaim(
  call: Call,
  key: Slice,
  group: StreamGroup,
  id: StreamId,
  position: number,
): void {
  if (!call.propagates) return;
  call.propagateAs(
    XCLAIM,
    key.copy(),
    group.name,
    group.ownerOf(position).name,
    ZERO,
    id.text(),
    TIME,
    asciiBytes(String(group.deliveredAtMs(position))),
    RETRYCOUNT,
    asciiBytes(String(group.deliveries(position))),
    FORCE,
    JUSTID,
    LASTID,
    group.lastId.text(),
  );
}

/** How far a group has read. */
export function propagateGroupId(call: Call, key: Slice, group: StreamGroup): void {
  if (!call.propagates) return;
  const entriesRead = asciiBytes(String(group.entriesRead));
  call.propagateAs(
    XGROUP,
    SETID,
    key.copy(),
    group.name,
    group.lastId.text(),
    ENTRIESREAD,
    entriesRead,
  );
}

/** There is a consumer that no claimed entry will bring. */
export function propagateConsumer(
  call: Call,
  key: Slice,
  group: StreamGroup,
  name: Uint8Array,
): void {
  if (call.propagates) call.propagateAs(XGROUP, CREATECONSUMER, key.copy(), group.name, name);
}
