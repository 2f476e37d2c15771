/** Where some version of redis-server answers otherwise than 7.2, the version this server follows. */

import { isOlder } from "../support/redis_server.ts";

interface KnownDifference {
  /** The versions that differ: from this one on, and before that one. */
  since: string;
  before?: string;
  /** Whether the command may show it. */
  matches(words: readonly string[]): boolean;
}

/** A number with a space before or behind it. */
const hasSpacedNumber = (words: readonly string[]) =>
  words.some((word) => /^\(? ?[-\d.]+ ?$/.test(word) && word.includes(" "));

const hasNegativeOffset = (words: readonly string[]) =>
  words.some((word, at) => /^limit$/i.test(word) && words[at + 1]?.startsWith("-"));

const named = (name: RegExp, words: readonly string[]) => name.test(words[0]);

/** Options of commands on expiring fields in an order that Redis takes from 8.4 on. */
const hasFreeOrder = (words: readonly string[]) => {
  if (!/^(hp?expire(at)?|hgetex|hsetex)$/i.test(words[0] ?? "")) return false;
  const at = words.findIndex((word) => /^fields$/i.test(word));
  const stride = /^hsetex$/i.test(words[0]) ? 2 : 1;
  const behind = at < 0 ? [] : words.slice(at + 2 + Number(words[at + 1]) * stride);
  const conditions = words.slice(3).filter((word) => /^(nx|xx|gt|lt)$/i.test(word));
  return behind.some((word) =>
    /^(nx|xx|gt|lt|e?px?(at)?|ex(at)?|persist|keepttl|f[nx]x)$/i.test(word)
  ) ||
    new Set(conditions).size < conditions.length;
};

const KNOWN_DIFFERENCES: KnownDifference[] = [
  // 7.4 looks where a range ends before it looks at the offset.
  {
    since: "7.4",
    matches: (words) => named(/^z.*range/i, words) && hasNegativeOffset(words),
  },
  // 8.0 reads no score with a space.
  {
    since: "8.0",
    matches: (words) =>
      named(/^(z|geo|incrbyfloat|hincrbyfloat)/i, words) && hasSpacedNumber(words),
  },
  { since: "7.4", before: "8.4", matches: hasFreeOrder },
  // Until its patch against damaged sketches each line of versions went on with some of them.
  { since: "7.2", before: "7.2.10", matches: (words) => named(/^pf/i, words) },
  { since: "7.4", before: "7.4.5", matches: (words) => named(/^pf/i, words) },
];

/** Whether redis-server of this version may answer a command otherwise than 7.2. */
export function isKnownToDiffer(version: readonly number[], words: readonly string[]): boolean {
  return KNOWN_DIFFERENCES.some(({ since, before, matches }) =>
    !isOlder(version, since) && (before === undefined || isOlder(version, before)) && matches(words)
  );
}
