/** The command line of the client: redis-cli's options, as facts in two tables. */

import { parseArgs, type ParsedArgs } from "@std/cli/parse-args";
import { utf8Bytes } from "../../base/bytes.ts";
import { unquote } from "./arguments.ts";
import type { Address } from "./connection.ts";
import type { OutputMode } from "./format_reply.ts";
import { OptionError } from "./option_error.ts";
import { parseServerUri } from "./server_uri.ts";

/** What the client does besides running commands. */
export type ClientTask = "commands" | "pipe" | "scan" | "stat" | "help" | "version";

export interface ClientOptions {
  readonly task: ClientTask;
  readonly address: Address;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Whether the password stood on the command line, where other users of the machine see it. */
  readonly passwordIsVisible: boolean;
  readonly database: number;
  /** `asked` ends the session when the server refuses RESP3, `preferred` does without. */
  readonly resp3: "no" | "preferred" | "asked";
  /** Negative repeats for ever. */
  readonly repeat: number;
  readonly intervalMs: number;
  /** Undefined means: for people on a terminal, raw elsewhere. */
  readonly mode: OutputMode | undefined;
  readonly elementDelimiter: Uint8Array;
  readonly replyDelimiter: Uint8Array;
  /** Undefined means: on a terminal only. */
  readonly showsPushes: boolean | undefined;
  readonly failsOnErrorReply: boolean;
  readonly readsLastArgument: boolean;
  readonly standardInputTag: string | undefined;
  readonly pattern: Uint8Array | undefined;
  readonly scanCount: string | undefined;
  readonly scanType: string | undefined;
  readonly pipeTimeoutMs: number;
  readonly command: readonly Uint8Array[];
}

const VALUE_OPTIONS = new Map([
  ["-h", "host"],
  ["-p", "port"],
  ["-s", "socket"],
  ["-a", "pass"],
  ["--pass", "pass"],
  ["--user", "user"],
  ["-u", "uri"],
  ["-n", "database"],
  ["-r", "repeat"],
  ["-i", "interval"],
  ["-X", "tag"],
  ["-d", "element-delimiter"],
  ["-D", "reply-delimiter"],
  ["--show-pushes", "show-pushes"],
  ["--pipe-timeout", "pipe-timeout"],
  ["--pattern", "pattern"],
  ["--quoted-pattern", "quoted-pattern"],
  ["--count", "count"],
  ["--type", "type"],
]);

const PLAIN_OPTIONS = new Map([
  ["-2", "resp2"],
  ["-3", "resp3"],
  ["-e", "error-status"],
  ["-x", "last-argument"],
  ["--quoted-input", "quoted-input"],
  ["--no-auth-warning", "hide-warning"],
  ["--raw", "mode=raw"],
  ["--no-raw", "mode=standard"],
  ["--csv", "mode=csv"],
  ["--json", "mode=json"],
  ["--quoted-json", "mode=quoted-json"],
  ["--pipe", "task=pipe"],
  ["--scan", "task=scan"],
  ["--stat", "task=stat"],
  ["--help", "task=help"],
  ["--version", "task=version"],
  ["-v", "task=version"],
]);

/**
 * Reads a command line up to the first word that is not an option; the rest is the command.
 * @param environmentPassword taken when the command line gives none.
 * Throws OptionError.
 */
export function parseOptions(
  args: readonly string[],
  environmentPassword: string | undefined,
): ClientOptions {
  const { named, rest } = nameOptions(args);
  const flags = parseArgs(named, {
    boolean: ["resp2", "resp3", "error-status", "last-argument", "quoted-input", "hide-warning"],
    string: ["task", "mode", ...VALUE_OPTIONS.values()],
    stopEarly: true,
  });
  if (flags.resp2 && flags.resp3) {
    throw new OptionError("Options -2 and -3 are mutually exclusive.");
  }
  if (flags["last-argument"] && flags.tag !== undefined) {
    throw new OptionError("Options -x and -X are mutually exclusive.");
  }
  const uri = flags.uri === undefined ? {} : parseServerUri(flags.uri);
  const visiblePassword: string | undefined = flags.pass ?? uri.password;
  const isJson = flags.mode === "json" || flags.mode === "quoted-json";
  return {
    task: flags.task ?? "commands",
    address: flags.socket !== undefined ? { kind: "unix", path: flags.socket } : {
      kind: "tcp",
      hostname: flags.host ?? uri.hostname ?? "127.0.0.1",
      port: wholeNumber(flags.port ?? uri.port ?? "6379", 0, 65535, "Invalid server port."),
    },
    user: flags.user ?? uri.user,
    password: visiblePassword ?? environmentPassword,
    passwordIsVisible: visiblePassword !== undefined && !flags["hide-warning"],
    database: wholeNumber(
      flags.database ?? uri.database ?? "0",
      0,
      0x7fffffff,
      "Invalid database number.",
    ),
    resp3: flags.resp3 ? "asked" : isJson && !flags.resp2 ? "preferred" : "no",
    repeat: wholeNumber(flags.repeat ?? "1", -Infinity, Infinity, "Invalid repeat count."),
    intervalMs: seconds(flags.interval ?? "0", "Invalid interval."),
    mode: flags.mode,
    elementDelimiter: utf8Bytes(flags["element-delimiter"] ?? "\n"),
    replyDelimiter: utf8Bytes(flags["reply-delimiter"] ?? "\n"),
    showsPushes: yesOrNo(flags["show-pushes"]),
    failsOnErrorReply: flags["error-status"],
    readsLastArgument: flags["last-argument"],
    standardInputTag: flags.tag,
    pattern: patternOf(flags),
    scanCount: flags.count,
    scanType: flags.type,
    pipeTimeoutMs: seconds(flags["pipe-timeout"] ?? "30", "Invalid pipe timeout."),
    command: rest.map((word) => commandWord(word, flags["quoted-input"])),
  };
}

/**
 * Gives each option the form `--name=value`: a value may look like an option (`-r -1`, a password
 * that begins with a dash) and an option's value is always the next word, as in redis-cli.
 */
function nameOptions(args: readonly string[]): { named: string[]; rest: readonly string[] } {
  const named: string[] = [];
  let at = 0;
  for (; at < args.length && args[at].startsWith("-"); at++) {
    const word = args[at];
    const plain = PLAIN_OPTIONS.get(word);
    const valued = VALUE_OPTIONS.get(word);
    const equals = word.indexOf("=");
    const attached = word.startsWith("--") ? VALUE_OPTIONS.get(word.slice(0, equals)) : undefined;
    if (plain !== undefined) named.push(`--${plain}`);
    else if (valued !== undefined && at + 1 < args.length) named.push(`--${valued}=${args[++at]}`);
    else if (attached !== undefined) named.push(`--${attached}${word.slice(equals)}`);
    else if (word === "-h") named.push("--task=help");
    else {
      throw new OptionError(`Unrecognized option or bad number of args for: '${word}'`);
    }
  }
  return { named, rest: args.slice(at) };
}

function commandWord(word: string, isQuoted: boolean): Uint8Array {
  const bytes = isQuoted ? unquote(word) : utf8Bytes(word);
  if (bytes === undefined) throw new OptionError("Invalid quoted string");
  return bytes;
}

function patternOf(flags: ParsedArgs): Uint8Array | undefined {
  if (flags["quoted-pattern"] === undefined) {
    return flags.pattern === undefined ? undefined : utf8Bytes(flags.pattern);
  }
  const pattern = unquote(flags["quoted-pattern"]);
  if (pattern === undefined) {
    throw new OptionError("Invalid quoted string specified for --quoted-pattern.");
  }
  return pattern;
}

function wholeNumber(text: string, least: number, most: number, complaint: string): number {
  const value = /^-?\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (!(value >= least && value <= most)) throw new OptionError(complaint);
  return value;
}

function seconds(text: string, complaint: string): number {
  const value = /^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) * 1000 : NaN;
  // Timers take 31 bits of milliseconds.
  if (!(value <= 0x7fffffff)) throw new OptionError(complaint);
  return value;
}

function yesOrNo(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (/^[yn]/i.test(text)) return /^y/i.test(text);
  throw new OptionError(`Unknown --show-pushes value '${text}' (valid: '[y]es', '[n]o')`);
}
