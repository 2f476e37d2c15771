/** What a server answers, as a client sees it. */

/** One decoded reply. `bytes` are a copy that stays as it is; small ones share memory with their neighbours. */
export type Reply =
  & (
    | { kind: "simple"; bytes: Uint8Array }
    | { kind: "error"; bytes: Uint8Array }
    | { kind: "integer"; value: bigint }
    | { kind: "bulk"; bytes: Uint8Array }
    | { kind: "null" }
    | { kind: "boolean"; value: boolean }
    /** `text` is what the server sent, so that no digit is lost by printing `value`. */
    | { kind: "double"; value: number; text: string }
    | { kind: "bigNumber"; value: bigint }
    /** `format` is the three-letter tag: `txt`, `mkd`. */
    | { kind: "verbatim"; format: string; bytes: Uint8Array }
    | { kind: AggregateKind; items: Reply[] }
  )
  & { attributes?: Reply[] };

/** `map` holds its keys and values in turn, so its `items` number is even. */
export type AggregateKind = "array" | "set" | "push" | "map";

/** What arrived is not RESP. The stream cannot be read any further. */
export class ReplyProtocolError extends Error {
  override name = "ReplyProtocolError";
}
