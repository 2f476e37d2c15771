/** Takes a DUMP payload apart as far as tests of packed values need it. */
import { latin1Bytes } from "../../src/base/bytes.ts";
import type { RespClient } from "../support/resp_client.ts";

/** Type byte, and the strings and lengths behind it; the version and the checksum are left out. */
export class DumpReader {
  readonly type: number;
  readonly #bytes: Uint8Array;
  #at = 1;

  constructor(readonly payload: Uint8Array) {
    this.#bytes = payload.subarray(0, payload.length - 10);
    this.type = payload[0];
  }

  /** Asks a server, which must not compress strings. */
  static async of(client: RespClient, key: string): Promise<DumpReader> {
    const reply = await client.send("DUMP", key);
    if (reply.type !== "bulk") throw new Error(`DUMP answered ${reply.type}`);
    return new DumpReader(latin1Bytes(reply.text));
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  length(): number {
    const bytes = this.#bytes, first = bytes[this.#at++];
    if (first < 0x40) return first;
    if (first < 0x80) return (first & 0x3f) << 8 | bytes[this.#at++];
    if (first !== 0x80) throw new Error(`length of form 0x${first.toString(16)}`);
    let length = 0;
    for (let i = 0; i < 4; i++) length = length * 256 + bytes[this.#at++];
    return length;
  }

  string(): Uint8Array {
    const length = this.length();
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** Nodes of a list (type 18): container, 1 plain or 2 packed, and bytes. */
  nodes(): { container: number; bytes: Uint8Array }[] {
    const nodes = [];
    for (let left = this.length(); left > 0; left--) {
      nodes.push({ container: this.length(), bytes: this.string() });
    }
    return nodes;
  }
}
