// The catalogue of errors that clients see, in Redis's exact words.

/** An error reply on its way to the client; thrown by handlers before they change anything. */
export class CommandError extends Error {
  override name = "CommandError";

  /** `message` is the reply without the leading dash: code, space, text. */
  constructor(message: string) {
    // Replies are made by the thousand in a busy server; nobody reads their stacks.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = limit;
  }
}

/** Errors without a variable part: made once, thrown often. */
export const ERR = {
  syntax: new CommandError("ERR syntax error"),
  noValuesOfHashesOnly: new CommandError("ERR NOVALUES option can only be used in HSCAN"),
  wrongType: new CommandError(
    "WRONGTYPE Operation against a key holding the wrong kind of value",
  ),
  noSuchKey: new CommandError("ERR no such key"),
  notInteger: new CommandError("ERR value is not an integer or out of range"),
  notFloat: new CommandError("ERR value is not a valid float"),
  nanOrInfinity: new CommandError("ERR increment would produce NaN or Infinity"),
  overflow: new CommandError("ERR increment or decrement would overflow"),
  outOfRange: new CommandError("ERR value is out of range"),
  notPositive: new CommandError("ERR value is out of range, must be positive"),
  indexOutOfRange: new CommandError("ERR index out of range"),
  offsetOutOfRange: new CommandError("ERR offset is out of range"),
  bitOffset: new CommandError("ERR bit offset is not an integer or out of range"),
  bitValue: new CommandError("ERR bit is not an integer or out of range"),
  stringTooLong: new CommandError(
    "ERR string exceeds maximum allowed size (proto-max-bulk-len)",
  ),
  sameObject: new CommandError("ERR source and destination objects are the same"),
  databaseIndex: new CommandError("ERR DB index is out of range"),
  invalidDatabase: new CommandError("ERR invalid DB index"),
  appendOnlyDisabled: new CommandError(
    "ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.",
  ),
  invalidCursor: new CommandError("ERR invalid cursor"),
  minOrMaxNotFloat: new CommandError("ERR min or max is not a float"),
  timeoutNotFloat: new CommandError("ERR timeout is not a float or out of range"),
  timeoutNegative: new CommandError("ERR timeout is negative"),
  timeoutOutOfRange: new CommandError("ERR timeout is out of range"),
  noAuth: new CommandError("NOAUTH Authentication required."),
  wrongPass: new CommandError("WRONGPASS invalid username-password pair or user is disabled."),
  noProto: new CommandError("NOPROTO unsupported protocol version"),
  protocolNotInteger: new CommandError(
    "ERR Protocol version is not an integer or out of range",
  ),
  helloNoAuth: new CommandError(
    "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto>" +
      " AUTH <user> <pass> option can be used to authenticate the client and select the RESP" +
      " protocol version at the same time",
  ),
  noPasswordSet: new CommandError(
    "ERR AUTH <password> called without any password configured for the default user. Are you" +
      " sure your configuration is correct?",
  ),
  clientName: new CommandError(
    "ERR Client names cannot contain spaces, newlines or special characters.",
  ),
  clientId: new CommandError("ERR Invalid client ID"),
  killId: new CommandError("ERR client-id should be greater than 0"),
  noSuchClient: new CommandError("ERR No such client"),
  unblockReason: new CommandError("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR"),
  pauseMode: new CommandError("ERR CLIENT PAUSE mode must be WRITE or ALL"),
  timeoutNotInteger: new CommandError("ERR timeout is not an integer or out of range"),
  loading: new CommandError("LOADING Redis is loading the dataset in memory"),
  busyScript: new CommandError(
    "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
  ),
  memoryFull: new CommandError("OOM there is no memory left for what the command would store"),
  oom: new CommandError("OOM command not allowed when used memory > 'maxmemory'."),
  misconf: new CommandError(
    "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to" +
      " disk. Commands that may modify the data set are disabled, because this instance is" +
      " configured to report errors during writes if RDB snapshotting fails" +
      " (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the" +
      " RDB error.",
  ),
  readOnly: new CommandError("READONLY You can't write against a read only replica."),
  masterDown: new CommandError(
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  ),
  noReplicas: new CommandError("NOREPLICAS Not enough good replicas to write."),
  busyKey: new CommandError("BUSYKEY Target key name already exists."),
  execAbort: new CommandError(
    "EXECABORT Transaction discarded because of previous errors.",
  ),
  notInTransaction: new CommandError("ERR Command not allowed inside a transaction"),
  unblocked: new CommandError("UNBLOCKED client unblocked via CLIENT UNBLOCK"),
} as const;

/** Writing to the append-only file failed; `words` are those of the system. */
export function appendOnlyFails(words: string): CommandError {
  return new CommandError(`MISCONF Errors writing to the AOF file: ${words}`);
}

/** `ERR wrong number of arguments for 'get' command`; subcommands as `client|id`. */
export function wrongArguments(fullName: string): CommandError {
  return new CommandError(`ERR wrong number of arguments for '${fullName}' command`);
}

/** A command that a directive has to allow. */
export function protectedCommand(name: string): string {
  return `ERR ${name.toUpperCase()} command not allowed. If the enable-${name}-command option is set` +
    ' to "local", you can run it from a local connection, otherwise you need to set this option in' +
    " the configuration file, and then restart the server.";
}

/** `ERR invalid expire time in 'set' command`. */
export function invalidExpire(fullName: string): CommandError {
  return new CommandError(`ERR invalid expire time in '${fullName}' command`);
}
