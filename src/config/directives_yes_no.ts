/** Directives that are `yes` or `no`. Names, defaults and flags are those of Redis 7.2. */

import { DEBUG, DENY_LOADING, HIDDEN, IMMUTABLE, NO_EFFECT } from "./directive.ts";
import { yesNo } from "./kinds.ts";

const NO_CLUSTER = "cluster mode is not supported";
const NO_DAEMON =
  "running in the background is left to the service manager or the shell: only 'no' is accepted";
const NO_DEFRAGMENTATION =
  "Active defragmentation cannot be enabled: memory is packed by size class and needs none";
const NO_SYSLOG =
  "syslog is not supported: use logfile, or let the service manager collect the log";

export const YES_NO_DIRECTIVES = {
  activedefrag: yesNo(false, { flags: DEBUG, refuse: (on) => on ? NO_DEFRAGMENTATION : undefined }),
  activerehashing: yesNo(true),
  "always-show-logo": yesNo(false, { flags: IMMUTABLE }),
  "aof-disable-auto-gc": yesNo(false, { flags: HIDDEN }),
  "aof-load-truncated": yesNo(true),
  "aof-rewrite-incremental-fsync": yesNo(true),
  "aof-timestamp-enabled": yesNo(false),
  "aof-use-rdb-preamble": yesNo(true),
  appendonly: yesNo(false, { flags: DENY_LOADING }),
  "cluster-allow-pubsubshard-when-down": yesNo(true, { flags: NO_EFFECT }),
  "cluster-allow-reads-when-down": yesNo(false, { flags: NO_EFFECT }),
  "cluster-allow-replica-migration": yesNo(true, { flags: NO_EFFECT }),
  "cluster-enabled": yesNo(false, {
    flags: IMMUTABLE,
    refuse: (on) => on ? NO_CLUSTER : undefined,
  }),
  "cluster-replica-no-failover": yesNo(false, {
    alias: "cluster-slave-no-failover",
    flags: NO_EFFECT,
  }),
  "cluster-require-full-coverage": yesNo(true, { flags: NO_EFFECT }),
  "crash-log-enabled": yesNo(true, { flags: NO_EFFECT }),
  "crash-memcheck-enabled": yesNo(true, { flags: NO_EFFECT }),
  daemonize: yesNo(false, { flags: IMMUTABLE, refuse: (on) => on ? NO_DAEMON : undefined }),
  "disable-thp": yesNo(true, { flags: IMMUTABLE | NO_EFFECT }),
  "dynamic-hz": yesNo(true, { flags: NO_EFFECT }),
  "io-threads-do-reads": yesNo(false, { flags: DEBUG | IMMUTABLE | NO_EFFECT }),
  "jemalloc-bg-thread": yesNo(true, { flags: NO_EFFECT }),
  "latency-tracking": yesNo(true),
  "lazyfree-lazy-eviction": yesNo(false, { flags: DEBUG }),
  "lazyfree-lazy-expire": yesNo(false, { flags: DEBUG }),
  "lazyfree-lazy-server-del": yesNo(false, { flags: DEBUG }),
  "lazyfree-lazy-user-del": yesNo(false, { flags: DEBUG }),
  "lazyfree-lazy-user-flush": yesNo(false, { flags: DEBUG }),
  "no-appendfsync-on-rewrite": yesNo(false),
  "protected-mode": yesNo(true),
  "rdb-del-sync-files": yesNo(false, { flags: NO_EFFECT }),
  "rdb-save-incremental-fsync": yesNo(true),
  rdbchecksum: yesNo(true, { flags: IMMUTABLE }),
  rdbcompression: yesNo(true),
  "repl-disable-tcp-nodelay": yesNo(false, { flags: NO_EFFECT }),
  "repl-diskless-sync": yesNo(true, { flags: DEBUG | NO_EFFECT }),
  "replica-announced": yesNo(true, { flags: NO_EFFECT }),
  "replica-ignore-disk-write-errors": yesNo(false, { flags: NO_EFFECT }),
  "replica-ignore-maxmemory": yesNo(true, { alias: "slave-ignore-maxmemory" }),
  "replica-lazy-flush": yesNo(false, { alias: "slave-lazy-flush", flags: NO_EFFECT }),
  "replica-read-only": yesNo(true, { alias: "slave-read-only", flags: DEBUG | NO_EFFECT }),
  "replica-serve-stale-data": yesNo(true, { alias: "slave-serve-stale-data", flags: NO_EFFECT }),
  "set-proc-title": yesNo(true, { flags: IMMUTABLE | NO_EFFECT }),
  "stop-writes-on-bgsave-error": yesNo(true),
  "syslog-enabled": yesNo(false, { flags: IMMUTABLE, refuse: (on) => on ? NO_SYSLOG : undefined }),
  "tls-cluster": yesNo(false, { flags: NO_EFFECT }),
  "tls-prefer-server-ciphers": yesNo(false, { flags: NO_EFFECT }),
  "tls-replication": yesNo(false, { flags: NO_EFFECT }),
  "tls-session-caching": yesNo(true, { flags: NO_EFFECT }),
  "use-exit-on-panic": yesNo(false, { flags: HIDDEN | NO_EFFECT }),
};
