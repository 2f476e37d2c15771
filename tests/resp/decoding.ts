/** Feeding a RequestDecoder in chunks, for the tests of requests. */

import { latin1, latin1Bytes } from "../../src/base/bytes.ts";
import { type DecoderLimits, RequestDecoder } from "../../src/resp/request_decoder.ts";

export const OPEN_LIMITS: DecoderLimits = { maxBulkBytes: 512 * 1024 * 1024, authenticated: true };

export interface DecodedInput {
  /** Words of each request, one character per byte. */
  readonly requests: string[][];
  /** The protocol error at the end, if there was one. */
  readonly error: string;
}

/** A decoder with a memory of what it decoded. */
export class Feeder {
  readonly decoder: RequestDecoder;
  readonly requests: string[][] = [];
  error = "";
  readonly #batch: number;

  /** `batch` is how many requests are decoded ahead; 0 decodes one by one. */
  constructor(limits: DecoderLimits = OPEN_LIMITS, batch = 0) {
    this.decoder = new RequestDecoder(limits);
    this.#batch = batch;
  }

  /** Hands over bytes, in as many reads as the decoder's room needs, and decodes after each. */
  feed(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && this.error === "";) {
      const room = this.decoder.room();
      if (room.length === 0) throw new Error("no room to read into");
      const count = Math.min(room.length, bytes.length - at);
      room.set(bytes.subarray(at, at + count));
      this.decoder.received(count);
      at += count;
      if (this.#batch === 0) this.#decodeSingly();
      else this.#decodeBatches();
    }
  }

  #decodeSingly(): void {
    const { decoder } = this;
    let decoded = decoder.decode();
    for (; decoded === "request"; decoded = decoder.decode()) this.#note(decoder.request);
    if (decoded === "error") this.error = decoder.error;
  }

  #decodeBatches(): void {
    const { decoder } = this;
    do {
      const count = decoder.decodeBatch(this.#batch);
      for (let i = 0; i < count; i++) this.#note(decoder.batch[i]);
    } while (decoder.last === "request");
    if (decoder.last === "error") this.error = decoder.error;
  }

  #note({ slices, count }: RequestDecoder["request"]): void {
    const words = slices.slice(0, count).map(({ bytes, start, end }) => latin1(bytes, start, end));
    this.requests.push(words);
  }

  get result(): DecodedInput {
    return { requests: this.requests, error: this.error };
  }
}

/** Decodes an input that comes in pieces cut at the given positions. */
export function decodeCut(
  input: Uint8Array,
  cuts: readonly number[],
  batch = 0,
  limits: DecoderLimits = OPEN_LIMITS,
): DecodedInput {
  const feeder = new Feeder(limits, batch);
  let from = 0;
  for (const cut of [...cuts, input.length]) {
    feeder.feed(input.slice(from, cut));
    from = cut;
  }
  return feeder.result;
}

/** Decodes an input that comes whole. */
export function decodeWhole(input: string | Uint8Array, limits = OPEN_LIMITS): DecodedInput {
  return decodeCut(typeof input === "string" ? latin1Bytes(input) : input, [], 0, limits);
}

/** A multibulk request of Latin-1 words. */
export function multibulk(...words: string[]): string {
  return `*${words.length}\r\n` + words.map((word) => `$${word.length}\r\n${word}\r\n`).join("");
}
