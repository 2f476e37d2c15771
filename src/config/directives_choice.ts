/** Directives that are names from a list. Names, defaults and flags are those of Redis 7.2. */

import { DEBUG, DENY_LOADING, IMMUTABLE, MULTI_ARGUMENT, NO_EFFECT } from "./directive.ts";
import { anyOf, oneOf } from "./kinds.ts";

const PROTECTION = ["no", "yes", "local"] as const;
const SHUTDOWN_OPTIONS = ["save", "nosave", "now", "force"] as const;

function refuseSaveAndNosave(options: readonly string[]): string | undefined {
  return options.includes("save") && options.includes("nosave")
    ? "shutdown options SAVE and NOSAVE can't be used simultaneously"
    : undefined;
}

const shutdownOptions = () =>
  anyOf("default", SHUTDOWN_OPTIONS, { flags: MULTI_ARGUMENT, refuse: refuseSaveAndNosave });

export const CHOICE_DIRECTIVES = {
  "acl-pubsub-default": oneOf(["allchannels", "resetchannels"], "resetchannels", {
    flags: NO_EFFECT,
  }),
  appendfsync: oneOf(["everysec", "always", "no"], "everysec"),
  "cluster-preferred-endpoint-type": oneOf(["ip", "hostname", "unknown-endpoint"], "ip", {
    flags: NO_EFFECT,
  }),
  // Who may run DEBUG; a connection is local when it comes over loopback or a unix socket.
  "enable-debug-command": oneOf(PROTECTION, "no", { flags: IMMUTABLE }),
  "enable-module-command": oneOf(PROTECTION, "no", { flags: IMMUTABLE | NO_EFFECT }),
  "enable-protected-configs": oneOf(PROTECTION, "no", { flags: IMMUTABLE }),
  loglevel: oneOf(["debug", "verbose", "notice", "warning", "nothing"], "notice"),
  "maxmemory-policy": oneOf([
    "volatile-lru",
    "volatile-lfu",
    "volatile-random",
    "volatile-ttl",
    "allkeys-lru",
    "allkeys-lfu",
    "allkeys-random",
    "noeviction",
  ], "noeviction"),
  "oom-score-adj": oneOf(["no", "yes", "relative", "absolute"], "no", {
    synonyms: { relative: "yes" },
    flags: NO_EFFECT,
  }),
  "propagation-error-behavior": oneOf(["ignore", "panic", "panic-on-replicas"], "ignore", {
    flags: NO_EFFECT,
  }),
  // Our own: which version a dump gets; "auto" is the lowest that holds the data, but not below 10.
  "rdb-version": oneOf(["auto", "9", "10", "11", "12"], "auto"),
  "repl-diskless-load": oneOf(["disabled", "on-empty-db", "swapdb"], "disabled", {
    flags: DEBUG | DENY_LOADING | NO_EFFECT,
  }),
  "sanitize-dump-payload": oneOf(["no", "yes", "clients"], "no", { flags: DEBUG }),
  "shutdown-on-sigint": shutdownOptions(),
  "shutdown-on-sigterm": shutdownOptions(),
  supervised: oneOf(["upstart", "systemd", "auto", "no"], "no", { flags: IMMUTABLE | NO_EFFECT }),
  "syslog-facility": oneOf(
    ["user", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"],
    "local0",
    { flags: IMMUTABLE | NO_EFFECT },
  ),
  "tls-auth-clients": oneOf(["no", "yes", "optional"], "yes", { flags: NO_EFFECT }),
};
