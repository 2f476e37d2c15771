/** Kinds of directives that only one directive has. */

import { Buffer } from "node:buffer";
import { latin1Bytes, printable } from "../base/bytes.ts";
import { formatFixedDouble, parseDouble } from "../base/double.ts";
import {
  type Directive,
  IMMUTABLE,
  MULTI_ARGUMENT,
  type Parsed,
  type RewriteLine,
} from "./directive.ts";
import { formatEventClasses, parseEventClasses } from "./keyspace_events.ts";
import { asciiLower, formatMemory, parseLooseInteger, parseMemory, untilNul } from "./numbers.ts";

const WRONG_NUMBER = "wrong number of arguments";

/** A dump is due when this many changes happened and this many seconds passed since the last one. */
export interface SavePoint {
  readonly seconds: number;
  readonly changes: number;
}

const DEFAULT_SAVE_POINTS: readonly SavePoint[] = [
  { seconds: 3600, changes: 1 },
  { seconds: 300, changes: 100 },
  { seconds: 60, changes: 10000 },
];

/** `save`: seconds and changes in turn. In one file each line adds to the ones before it. */
export function savePoints(): Directive<readonly SavePoint[], readonly SavePoint[]> {
  return {
    alias: undefined,
    flags: MULTI_ARGUMENT,
    initial: () => DEFAULT_SAVE_POINTS,
    parse(words, { current, repeated }) {
      const cleared = words.length === 1 && words[0] === "";
      const added = parseSavePoints(cleared ? [] : words);
      if (!added) return { error: "Invalid save parameters" };
      return { value: repeated && !cleared ? [...current, ...added] : added };
    },
    view: (stored) => stored,
    render: (stored) => stored.map(({ seconds, changes }) => `${seconds} ${changes}`).join(" "),
    rewrite: (name, stored) =>
      stored.length === 0
        ? [{ text: `${name} ""`, force: true }]
        : stored.map(({ seconds, changes }) => ({
          text: `${name} ${seconds} ${changes}`,
          force: true,
        })),
  };
}

function parseSavePoints(words: readonly string[]): SavePoint[] | undefined {
  if (words.length % 2 !== 0) return undefined;
  const points: SavePoint[] = [];
  for (let i = 0; i < words.length; i += 2) {
    const seconds = parseLooseInteger(words[i]);
    const changes = parseLooseInteger(words[i + 1]);
    if (!seconds || !changes || seconds.value < 1n || changes.value < 0n) return undefined;
    points.push({
      seconds: Number(seconds.value),
      changes: Number(BigInt.asIntN(32, changes.value)),
    });
  }
  return points;
}

/** How much output may wait for a client of one class; 0 is no limit. */
export interface OutputLimit {
  readonly hardBytes: number;
  readonly softBytes: number;
  readonly softSeconds: number;
}

/** The limits of the three classes of clients. */
export interface OutputLimits {
  readonly normal: OutputLimit;
  readonly replica: OutputLimit;
  readonly pubsub: OutputLimit;
}

type ExactLimit = { hard: bigint; soft: bigint; seconds: number };
type ExactLimits = Readonly<Record<keyof OutputLimits, ExactLimit>>;

const DEFAULT_LIMITS: ExactLimits = {
  normal: { hard: 0n, soft: 0n, seconds: 0 },
  replica: { hard: 256n << 20n, soft: 64n << 20n, seconds: 60 },
  pubsub: { hard: 32n << 20n, soft: 8n << 20n, seconds: 60 },
};
const CLIENT_CLASSES = ["normal", "replica", "pubsub"] as const;
const CLASS_OF: ReadonlyMap<string, keyof OutputLimits> = new Map([
  ["normal", "normal"],
  ["slave", "replica"],
  ["replica", "replica"],
  ["pubsub", "pubsub"],
]);

/** `client-output-buffer-limit`: class, hard limit, soft limit, seconds, for one or more classes. */
export function outputLimits(): Directive<ExactLimits, OutputLimits> {
  return {
    alias: undefined,
    flags: MULTI_ARGUMENT,
    initial: () => DEFAULT_LIMITS,
    parse: (words, { current }) => parseLimits(words, current),
    view: (stored) => ({
      normal: viewLimit(stored.normal),
      replica: viewLimit(stored.replica),
      pubsub: viewLimit(stored.pubsub),
    }),
    render: (stored) =>
      CLIENT_CLASSES.map((name) => {
        const { hard, soft, seconds } = stored[name];
        return `${name === "replica" ? "slave" : name} ${hard} ${soft} ${seconds}`;
      }).join(" "),
    rewrite: (directive, stored) =>
      CLIENT_CLASSES.map((name) => {
        const { hard, soft, seconds } = stored[name];
        const initial = DEFAULT_LIMITS[name];
        return {
          text: `${directive} ${name} ${formatMemory(hard)} ${formatMemory(soft)} ${seconds}`,
          force: hard !== initial.hard || soft !== initial.soft || seconds !== initial.seconds,
        };
      }),
  };
}

function viewLimit({ hard, soft, seconds }: ExactLimit): OutputLimit {
  return { hardBytes: Number(hard), softBytes: Number(soft), softSeconds: seconds };
}

function parseLimits(words: readonly string[], current: ExactLimits): Parsed<ExactLimits> {
  if (words.length % 4 !== 0) {
    return { error: "Wrong number of arguments in buffer limit configuration." };
  }
  const limits = { ...current };
  for (let i = 0; i < words.length; i += 4) {
    const name = CLASS_OF.get(asciiLower(untilNul(words[i])));
    if (name === undefined) {
      return { error: "Invalid client class specified in buffer limit configuration." };
    }
    const hard = parseMemory(words[i + 1]);
    const soft = parseMemory(words[i + 2]);
    const whole = parseLooseInteger(words[i + 3]);
    // A C int: greater numbers lose their upper half.
    const seconds = whole ? Number(BigInt.asIntN(32, whole.value)) : -1;
    if (hard === undefined || soft === undefined || seconds < 0) {
      return {
        error: "Error in hard, soft or soft_seconds setting in buffer limit configuration.",
      };
    }
    limits[name] = { hard, soft, seconds };
  }
  return { value: limits };
}

const DEFAULT_OOM_SCORES: readonly number[] = [0, 200, 800];

/** `oom-score-adj-values`: for the server, a replica and a child that saves. */
export function outOfMemoryScores(
  flags: number,
): Directive<readonly number[], readonly number[]> {
  return {
    alias: undefined,
    flags: flags | MULTI_ARGUMENT,
    initial: () => DEFAULT_OOM_SCORES,
    parse(words, { current }) {
      if (words.length !== DEFAULT_OOM_SCORES.length) return { error: WRONG_NUMBER };
      const scores: number[] = [];
      for (const word of words) {
        const score = parseLooseInteger(word);
        if (!score || score.value < -2000n || score.value > 2000n) {
          return {
            error: "Invalid oom-score-adj-values, elements must be between -2000 and 2000.",
          };
        }
        scores.push(Number(score.value));
      }
      return { value: scores.every((score, i) => score === current[i]) ? current : scores };
    },
    view: (stored) => stored,
    render: (stored) => stored.join(" "),
    rewrite: (name, stored) => [{
      text: `${name} ${stored.join(" ")}`,
      force: stored.some((score, i) => score !== DEFAULT_OOM_SCORES[i]),
    }],
  };
}

/** `notify-keyspace-events`. The view is a mask of the bits in `keyspace_events.ts`. */
export function eventClasses(flags = 0): Directive<number, number> {
  return {
    alias: undefined,
    flags,
    initial: () => 0,
    parse(words) {
      if (words.length !== 1) return { error: WRONG_NUMBER };
      const value = parseEventClasses(untilNul(words[0]));
      return value === undefined
        ? { error: "Invalid event class character. Use 'Ag$lshzxeKEtmdn'." }
        : { value };
    },
    view: (stored) => stored,
    render: formatEventClasses,
    rewrite: (name, stored) => [
      { text: `${name} "${formatEventClasses(stored)}"`, force: stored !== 0 },
    ],
  };
}

const MAX_BIND_ADDRESSES = 16;

/**
 * `bind`: addresses to listen on. A `-` before one means that it need not exist. Unlike Redis, which
 * listens everywhere, the default is the local machine.
 */
export function bindAddresses(
  initial: readonly string[],
): Directive<readonly string[], readonly string[]> {
  const isInitial = (stored: readonly string[]) =>
    stored.length === initial.length && stored.every((address, i) => address === initial[i]);
  return {
    alias: undefined,
    flags: MULTI_ARGUMENT,
    initial: () => initial,
    parse(words) {
      if (words.length > MAX_BIND_ADDRESSES) {
        return { error: "Too many bind addresses specified." };
      }
      if (words.length === 1 && words[0] === "") return { value: [] };
      return { value: words.map(untilNul) };
    },
    view: (stored) => stored,
    render: (stored) => stored.join(" "),
    rewrite(name, stored) {
      if (isInitial(stored)) return [];
      const addresses = stored.length === 0 ? '""' : stored.join(" ");
      return [{ text: `${name} ${addresses}`, force: true }];
    },
  };
}

/** Where a replica's primary listens. */
export interface PrimaryAddress {
  readonly host: string;
  readonly port: number;
}

/** `replicaof`: host and port of the primary, or `no one`. */
export function primaryAddress(
  flags: number,
): Directive<PrimaryAddress | undefined, PrimaryAddress | undefined> {
  return {
    alias: "slaveof",
    flags: flags | IMMUTABLE | MULTI_ARGUMENT,
    initial: () => undefined,
    parse(words) {
      if (words.length !== 2) return { error: WRONG_NUMBER };
      const host = untilNul(words[0]);
      const text = untilNul(words[1]);
      if (asciiLower(host) === "no" && asciiLower(text) === "one") return { value: undefined };
      const port = parseLooseInteger(text);
      if (!port || port.value < 0n || port.value > 65535n) return { error: "Invalid master port" };
      return { value: { host, port: Number(port.value) } };
    },
    view: (stored) => stored,
    render: (stored) => stored ? `${stored.host} ${stored.port}` : "",
    rewrite: (name, stored) =>
      stored ? [{ text: `${name} ${stored.host} ${stored.port}`, force: true }] : [],
  };
}

/** `latency-tracking-info-percentiles`: which percentiles INFO latencystats shows. */
export function percentiles(
  initial: readonly number[],
): Directive<readonly number[], readonly number[]> {
  return {
    alias: undefined,
    flags: MULTI_ARGUMENT,
    initial: () => initial,
    parse(words) {
      const value: number[] = [];
      for (const word of words.length === 1 && words[0] === "" ? [] : words) {
        const percentile = parseDouble(latin1Bytes(word), 0, word.length);
        if (Number.isNaN(percentile)) {
          return { error: "Invalid latency-tracking-info-percentiles parameters" };
        }
        if (percentile > 100 || percentile < 0) {
          return {
            error: "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]",
          };
        }
        value.push(percentile);
      }
      return { value };
    },
    view: (stored) => stored,
    render: (stored) => stored.map(formatPercentile).join(" "),
    rewrite: (name, stored) => [
      { text: `${name} ${stored.map(formatPercentile).join(" ") || '""'}`, force: true },
    ],
  };
}

function formatPercentile(percentile: number): string {
  const sign = Object.is(percentile, -0) ? "-" : "";
  return sign + formatFixedDouble(percentile, 6).replace(/\.?0+$/, "");
}

/** `dir`: the working directory. Reading it enters it, as in Redis, so later relative paths start there. */
export function workingDirectory(flags: number): Directive<string, string> {
  return {
    alias: undefined,
    flags,
    initial: (directory) => directory.current(),
    parse(words, { directory }) {
      if (words.length !== 1) return { error: WRONG_NUMBER };
      const error = directory.enter(untilNul(words[0]));
      return error === undefined ? { value: directory.current() } : { error };
    },
    view: (stored) => Buffer.from(stored, "latin1").toString("utf8"),
    render: (stored) => stored,
    rewrite(name, stored): readonly RewriteLine[] {
      const bytes = latin1Bytes(stored);
      return [{
        text: `${name} ${printable({ bytes, start: 0, end: bytes.length })}`,
        force: true,
      }];
    },
    restore(stored, directory) {
      directory.enter(stored);
    },
  };
}
