// One decoded request: pooled slices over the read buffer, re-pointed for every request.
import { copyBytes } from "../base/bytes.ts";
import { Slice } from "../base/slice.ts";

/** A command and its arguments; argument 0 is the name. Valid until the next request is decoded. */
export class Request {
  /** Number of arguments, the name included. */
  count = 0;
  /** Where the request begins in the decoder's buffer, to come back to it. */
  position = 0;
  /**
   * Whether the bytes from {@link position} to the end of the last argument's line are its encoding. Such
   * a request is small: at most 9 arguments of less than 1000 bytes.
   */
  framed = false;
  /** The pool; only the first {@link count} slices mean anything. */
  readonly slices: Slice[] = [];

  /** Argument `index`; the caller checked the count. */
  at(index: number): Slice {
    return this.slices[index];
  }

  /** The slice to fill next; grows the pool. */
  next(): Slice {
    const { slices, count } = this;
    if (count === slices.length) slices.push(new Slice());
    this.count = count + 1;
    return slices[count];
  }

  /** Forgets the arguments and the pool. */
  clear(): void {
    this.count = 0;
    this.slices.length = 0;
  }

  /** Bytes of all arguments together. */
  byteLength(): number {
    let total = 0;
    for (let i = 0; i < this.count; i++) total += this.slices[i].end - this.slices[i].start;
    return total;
  }

  /** The same request in memory of its own, for those who keep it. */
  copy(): Request {
    return this.copyTo(new Request(), new Uint8Array(this.byteLength()));
  }

  /** Makes another request a copy of this one, in bytes that have room for it; answers it. */
  copyTo(copied: Request, bytes: Uint8Array): Request {
    copied.count = 0;
    let at = 0;
    for (let i = 0; i < this.count; i++) {
      const slice = this.slices[i], end = at + slice.end - slice.start;
      copyBytes(slice.bytes, slice.start, slice.end, bytes, at);
      copied.next().set(bytes, at, end);
      at = end;
    }
    return copied;
  }

  /** A request of whole byte arrays, for those who make one up. */
  static of(...args: Uint8Array[]): Request {
    return Request.ofAll(args);
  }

  /** As {@link of}, for any number of arguments: a call can only be given so many. */
  static ofAll(args: readonly Uint8Array[]): Request {
    const request = new Request();
    for (const bytes of args) request.next().set(bytes, 0, bytes.length);
    return request;
  }
}
