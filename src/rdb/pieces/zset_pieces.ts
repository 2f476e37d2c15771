// A sorted set in pieces, from its last element to the first as redis-server loads it fastest.
import { Slice } from "../../base/slice.ts";
import { memberInto } from "../../values/table_values.ts";
import { scoreOfEntry } from "../../values/zset_table.ts";
import type { RdbOutput } from "../rdb_output.ts";
import { ZsetWalk } from "./zset_walk.ts";

/** The number of elements, then members and scores. */
export class ZsetPieces extends ZsetWalk<RdbOutput> {
  readonly #text = new Slice();

  head(output: RdbOutput): void {
    output.length(this.object.size);
  }

  protected override element(output: RdbOutput, entry: number): void {
    const { arena } = this.object.table;
    memberInto(arena, entry, this.#text);
    output.string(this.#text);
    output.double(scoreOfEntry(arena, entry));
  }
}
