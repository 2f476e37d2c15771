// A long list as commands, in pieces: some elements of a node a command.
import { asciiBytes } from "../../base/bytes.ts";
import { INTEGER64_TEXT_MAX } from "../../base/int64.ts";
import { invariant } from "../../base/invariant.ts";
import { lzfDecompress } from "../../base/lzf.ts";
import { Slice } from "../../base/slice.ts";
import { elementTextInto } from "../../memory/listpack_element.ts";
import { elementBytes, LISTPACK_HEADER_BYTES } from "../../memory/listpack_format.ts";
import type { PackedList } from "../../memory/packed_list.ts";
import { ChainWalk, type ListNode } from "../pieces/chain_walk.ts";
import type { CommandOutput } from "./command_output.ts";
import { ELEMENTS_PER_COMMAND } from "./element_commands.ts";

const RPUSH = asciiBytes("RPUSH");

/** A list: RPUSH. */
export class ListCommands extends ChainWalk<CommandOutput> {
  readonly #key: Slice;
  readonly #element = new Slice();
  readonly #digits = new Uint8Array(INTEGER64_TEXT_MAX);

  constructor(chain: PackedList, key: Slice) {
    super(chain);
    this.#key = key;
  }

  head(): void {}

  protected override node(output: CommandOutput, node: ListNode): void {
    const { bytes, start } = unpacked(node);
    if (node.plain) {
      this.#begin(output, 1);
      return output.range(bytes, start, start + sizeOf(node));
    }
    let at = start + LISTPACK_HEADER_BYTES;
    for (let written = 0; written < node.count; written++) {
      if (written % ELEMENTS_PER_COMMAND === 0) {
        this.#begin(output, Math.min(ELEMENTS_PER_COMMAND, node.count - written));
      }
      elementTextInto(bytes, at, this.#element, this.#digits);
      output.word(this.#element);
      at += elementBytes(bytes, at);
    }
  }

  #begin(output: CommandOutput, elements: number): void {
    output.command(2 + elements);
    output.whole(RPUSH);
    output.word(this.#key);
  }
}

/** Bytes of a node that is not compressed, or no more. */
function sizeOf({ bytes, unpackedBytes }: ListNode): number {
  return unpackedBytes < 0 ? bytes.length : unpackedBytes;
}

/** The bytes of a node, decompressed. */
function unpacked(node: ListNode): { bytes: Uint8Array; start: number } {
  const { bytes: { bytes, start, end }, unpackedBytes } = node;
  if (unpackedBytes < 0) return { bytes, start };
  const target = new Uint8Array(unpackedBytes);
  invariant(
    lzfDecompress(bytes, start, end, target, 0, unpackedBytes),
    "a node that was compressed can be decompressed",
  );
  return { bytes: target, start: 0 };
}
