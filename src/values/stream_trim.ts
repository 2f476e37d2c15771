// Trimming: removing entries from the front of a stream, whole blocks at a time where possible.
import { ArenaFullError } from "../memory/arena.ts";
import type { StreamId } from "./stream_id.ts";
import type { StreamTools, StreamValue } from "./stream_value.ts";

/** Down to where a stream is trimmed. */
export interface TrimGoal {
  /** Most entries that stay; undefined when `minId` decides. */
  readonly maxLength: number | undefined;
  /** The lowest ID that stays; undefined when `maxLength` decides. */
  readonly minId: StreamId | undefined;
  /** Only whole blocks go, so that some more entries may stay. */
  readonly approximate: boolean;
  /** Most entries that go, 0 for any number: a block that would exceed it stays. */
  readonly limit: number;
}

/**
 * Trims a stream; answers how many entries went. Where there is no memory left to count some of a block
 * as deleted, they stay.
 */
export function trimStream(tools: StreamTools, stream: StreamValue, goal: TrimGoal): number {
  const { blocks } = stream, { writer } = tools;
  let removed = 0;
  for (let first = blocks.first(); first >= 0; first = blocks.first()) {
    if (goal.maxLength !== undefined && stream.length <= goal.maxLength) break;
    const entries = writer.liveEntries(stream.blockAt(first));
    if (goal.limit !== 0 && removed + entries > goal.limit) break;
    if (goesWhole(tools, stream, goal, entries)) {
      stream.removeBlock(first);
      removed += entries;
      continue;
    }
    if (!goal.approximate && opens(stream, entries)) removed += trimBlock(tools, stream, goal);
    break;
  }
  if (removed > 0) stream.renewFirstId();
  return removed;
}

/** Whether none of the first block's entries, of which so many are not deleted, is to stay. */
function goesWhole(
  { cursor }: StreamTools,
  stream: StreamValue,
  { maxLength, minId }: TrimGoal,
  entries: number,
): boolean {
  if (maxLength !== undefined) return stream.length - entries >= maxLength;
  // Its last entry counts, deleted or not.
  cursor.readLastOf(stream.blocks, stream.blocks.first());
  return cursor.id.compare(minId!) < 0;
}

/** Makes the first block ready for that up to `entries` go; false when there is no memory for it. */
function opens(stream: StreamValue, entries: number): boolean {
  const first = stream.blocks.first();
  stream.guard?.beforeChange(stream.blockAt(first));
  try {
    stream.openToDelete(first, entries);
    return true;
  } catch (error) {
    if (error instanceof ArenaFullError) return false;
    throw error;
  }
}

/** Marks entries of the first block, which is open, as deleted until the goal is reached. */
function trimBlock(
  { cursor, writer }: StreamTools,
  stream: StreamValue,
  { maxLength, minId }: TrimGoal,
): number {
  let marked = 0;
  cursor.beginAll(stream.blocks);
  while (cursor.next()) {
    const stays = maxLength !== undefined
      ? stream.length - marked <= maxLength
      : cursor.id.compare(minId!) >= 0;
    if (stays) break;
    writer.markDeleted(cursor.flagsAt);
    marked++;
  }
  if (marked > 0) stream.countDeleted(stream.blocks.first(), marked);
  return marked;
}
