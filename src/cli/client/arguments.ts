import { latin1, latin1Bytes, utf8Bytes } from "../../base/bytes.ts";
import { splitWords } from "../../config/quoting.ts";

/**
 * Splits a line into the arguments of a command, with redis-cli's quoting. Undefined when a quote
 * is not closed, or is closed in the middle of a word.
 */
export function splitArguments(line: Uint8Array): Uint8Array[] | undefined {
  return splitWords(latin1(line))?.map(latin1Bytes);
}

/** `splitArguments` for a line typed at a prompt, which is text and is sent as UTF-8. */
export function splitTypedLine(line: string): Uint8Array[] | undefined {
  return splitArguments(utf8Bytes(line));
}

/** What a quoted word stands for; undefined when it is not exactly one well-quoted word. */
export function unquote(word: string): Uint8Array | undefined {
  const words = splitTypedLine(word);
  return words?.length === 1 ? words[0] : undefined;
}

/** An argument in lower case, to be compared with names of commands and options. */
export function lowerCased(argument: Uint8Array | undefined): string {
  return argument === undefined ? "" : latin1(argument).toLowerCase();
}

/** The bytes of a request in RESP. */
export function encodeRequest(words: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const heads = words.map((word) => utf8Bytes(`$${word.length}\r\n`));
  const first = utf8Bytes(`*${words.length}\r\n`);
  let length = first.length;
  words.forEach((word, i) => length += heads[i].length + word.length + 2);
  const request = new Uint8Array(length);
  request.set(first);
  let at = first.length;
  words.forEach((word, i) => {
    request.set(heads[i], at);
    request.set(word, at + heads[i].length);
    at += heads[i].length + word.length + 2;
    request[at - 2] = 13;
    request[at - 1] = 10;
  });
  return request;
}
