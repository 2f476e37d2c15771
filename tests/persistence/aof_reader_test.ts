// What the reader of append-only files makes of lengths that no file of a test has.
import { assert, assertEquals } from "@std/assert";
import { latin1Bytes } from "../../src/base/bytes.ts";
import { AofReader } from "../../src/persistence/aof_reader.ts";

/** A file that begins with a text and goes on with a byte that is no zero, up to its size. */
class EndlessFile {
  bytesRead = 0;
  readonly #head: Uint8Array;
  #offset = 0;

  constructor(head: string) {
    this.#head = latin1Bytes(head);
  }

  seekSync(offset: number): number {
    return this.#offset = offset;
  }

  readSync(target: Uint8Array): number {
    target.fill(0x78);
    target.set(this.#head.subarray(this.#offset, this.#offset + target.length));
    this.#offset += target.length;
    this.bytesRead += target.length;
    return target.length;
  }
}

Deno.test("an argument longer than memory has numbers for is damage that is told before it is read", () => {
  const whole = "*1\r\n$4\r\nPING\r\n";
  for (const length of [2 ** 31 - 4095, 2 ** 32 + 5]) {
    const file = new EndlessFile(`${whole}*2\r\n$4\r\nECHO\r\n$${length}\r\n`);
    const reader = new AofReader({ file, totalBytes: 2 ** 33, offset: 0, isCommand: () => true });
    assertEquals([reader.read(16), reader.read(16)], [1, 0]);
    assertEquals(reader.fault, {
      kind: "damaged",
      commandOffset: whole.length,
      offset: whole.length + 15,
      reason: `an argument of ${length} bytes is too long to be kept`,
    });
    assert(file.bytesRead < 1e6);
  }
});
