/** An arena that moves with every allocation, so that who keeps its views over one is found out. */

import { Arena } from "../../src/memory/arena.ts";

/**
 * The real one takes other views only when its memory grows, which is seldom: what is read through
 * old ones then is nothing. Here each allocation leaves the old views without their memory.
 */
export class MovingArena extends Arena {
  constructor(bytes = 16 << 20) {
    super(bytes);
    this.expect(bytes); // so that it never grows: its memory is replaced here
    this.#look(new ArrayBuffer(this.u8.length));
  }

  #look(buffer: ArrayBuffer): void {
    this.u8 = new Uint8Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.f64 = new Float64Array(buffer);
  }

  override allocate(bytes: number): number {
    const ref = super.allocate(bytes);
    this.#look((this.u8.buffer as ArrayBuffer).transfer());
    return ref;
  }

  override allocateZeroed(bytes: number): number {
    const ref = this.allocate(bytes);
    this.u8.fill(0, ref * 8, ref * 8 + bytes);
    return ref;
  }
}
