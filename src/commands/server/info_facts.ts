// INFO server, clients, stats, cpu and keyspace.
import { MINIREDIS_VERSION, REDIS_VERSION } from "../../base/version.ts";
import type { Services } from "../../engine/call.ts";
import type { Session } from "../../engine/session.ts";
import type { InfoLine } from "./info_line.ts";

const DAY_SECONDS = 86400;
/** What Redis calls a commit that nobody named. */
const NO_COMMIT = "00000000";

export function serverLines({ ports, config, keyspace }: Services): InfoLine[] {
  const { process } = ports;
  const uptimeSeconds = Math.floor((keyspace.nowMs - process.startedAtMs) / 1000);
  return [
    ["redis_version", REDIS_VERSION],
    ["redis_git_sha1", NO_COMMIT],
    ["redis_git_dirty", 0],
    ["redis_build_id", MINIREDIS_VERSION],
    ["redis_mode", "standalone"],
    ["os", process.system],
    ["arch_bits", 64],
    ["monotonic_clock", "performance.now"],
    ["multiplexing_api", "tokio"],
    ["atomicvar_api", "none"],
    ["gcc_version", "0.0.0"],
    ["process_id", process.pid],
    ["process_supervised", "no"],
    ["run_id", process.runId],
    ["tcp_port", config.int("port")],
    ["server_time_usec", keyspace.clock.nowUs()],
    ["uptime_in_seconds", uptimeSeconds],
    ["uptime_in_days", Math.floor(uptimeSeconds / DAY_SECONDS)],
    ["hz", config.int("hz")],
    ["configured_hz", config.int("hz")],
    ["lru_clock", keyspace.access.lruNow],
    ["executable", process.executable],
    ["config_file", process.configFile],
    ["io_threads_active", 0],
    ...listenerLines(config),
  ];
}

function listenerLines(config: Services["config"]): InfoLine[] {
  const lines: InfoLine[] = [];
  const add = (value: string) => lines.push([`listener${lines.length}`, value]);
  const bound = config.value("bind").map((address) => `,bind=${address}`).join("");
  const port = config.int("port"), path = config.text("unixsocket");
  if (port !== 0) add(`name=tcp${bound},port=${port}`);
  if (path !== "") add(`name=unix,bind=${path}`);
  return lines;
}

export function clientLines({ sessions, config, parking }: Services): InfoLine[] {
  return [
    ["connected_clients", sessions.count],
    ["cluster_connections", 0],
    ["maxclients", config.int("maxclients")],
    ["client_recent_max_input_buffer", sessions.recentMaxInput],
    ["client_recent_max_output_buffer", sessions.recentMaxOutput],
    ["blocked_clients", parking.blockedClients],
    ["tracking_clients", 0],
    ["clients_in_timeout_table", parking.withDeadline],
    ["total_blocking_keys", parking.blockingKeys],
    ["total_blocking_keys_on_nokey", parking.blockingKeysOnNoKey],
  ];
}

export function statsLines(services: Services): InfoLine[] {
  const { stats } = services;
  const kilobits = (bytesPerSecond: number): string => (bytesPerSecond / 1024).toFixed(2);
  return [
    ["total_connections_received", stats.totalConnections],
    ["total_commands_processed", stats.totalCommands],
    ["instantaneous_ops_per_sec", Math.floor(stats.operationsPerSecond.value())],
    ["total_net_input_bytes", stats.netInputBytes],
    ["total_net_output_bytes", stats.netOutputBytes],
    ["total_net_repl_input_bytes", 0],
    ["total_net_repl_output_bytes", 0],
    ["instantaneous_input_kbps", kilobits(stats.inputPerSecond.value())],
    ["instantaneous_output_kbps", kilobits(stats.outputPerSecond.value())],
    ["instantaneous_input_repl_kbps", "0.00"],
    ["instantaneous_output_repl_kbps", "0.00"],
    ["rejected_connections", stats.rejectedConnections],
    ["sync_full", 0],
    ["sync_partial_ok", 0],
    ["sync_partial_err", 0],
    ...keyStatsLines(services),
    ...pubSubLines(services),
    ...unusedLines(),
    ["unexpected_error_replies", stats.unexpectedErrors],
    ["total_error_replies", stats.totalErrorReplies],
    ["dump_payload_sanitizations", 0],
    ["total_reads_processed", stats.totalReads],
    ["total_writes_processed", stats.totalWrites],
    ["io_threaded_reads_processed", 0],
    ["io_threaded_writes_processed", 0],
    ["reply_buffer_shrinks", 0],
    ["reply_buffer_expands", 0],
    ...loopLines(services),
    ["acl_access_denied_auth", stats.aclDeniedAuth],
    ["acl_access_denied_cmd", stats.aclDeniedCommand],
    ["acl_access_denied_key", stats.aclDeniedKey],
    ["acl_access_denied_channel", stats.aclDeniedChannel],
  ];
}

function keyStatsLines({ keyspace, keyspace: { stats } }: Services): InfoLine[] {
  return [
    ["expired_subkeys", stats.expiredFields],
    ["expired_keys", stats.expiredKeys],
    ["expired_stale_perc", (stats.expiredStaleShare * 100).toFixed(2)],
    ["expired_time_cap_reached_count", stats.expiredTimeCapReached],
    ["expire_cycle_cpu_milliseconds", Math.floor(stats.expireCycleMs)],
    ["evicted_keys", stats.evictedKeys],
    ["evicted_clients", stats.evictedClients],
    ["total_eviction_exceeded_time", Math.floor(stats.evictionExceededMs + keyspace.overLimitMs)],
    ["current_eviction_exceeded_time", Math.floor(keyspace.overLimitMs)],
    ["keyspace_hits", stats.keyspaceHits],
    ["keyspace_misses", stats.keyspaceMisses],
  ];
}

/** Channels that somebody listens to, each counted once. */
function pubSubLines({ sessions }: Services): InfoLine[] {
  const all = sessions.all();
  const distinct = (names: (session: Session) => ReadonlySet<string>): number =>
    new Set(all.flatMap((session) => [...names(session)])).size;
  return [
    ["pubsub_channels", distinct((session) => session.subscriptions)],
    ["pubsub_patterns", distinct((session) => session.patternSubscriptions)],
    ["pubsubshard_channels", distinct((session) => session.shardSubscriptions)],
  ];
}

/** What this server has no use for: it does not fork, migrate, defragment or track. */
function unusedLines(): InfoLine[] {
  return [
    "latest_fork_usec",
    "total_forks",
    "migrate_cached_sockets",
    "slave_expires_tracked_keys",
    "active_defrag_hits",
    "active_defrag_misses",
    "active_defrag_key_hits",
    "active_defrag_key_misses",
    "total_active_defrag_time",
    "current_active_defrag_time",
    "tracking_total_keys",
    "tracking_total_items",
    "tracking_total_prefixes",
  ].map((name): InfoLine => [name, 0]);
}

/** A cycle is a batch of requests of one client, or a round of the cron. */
function loopLines({ stats }: Services): InfoLine[] {
  return [
    ["eventloop_cycles", stats.cycles],
    ["eventloop_duration_sum", Math.floor(stats.cycleMicroseconds)],
    ["eventloop_duration_cmd_sum", Math.floor(stats.commandMicroseconds)],
    ["instantaneous_eventloop_cycles_per_sec", Math.floor(stats.cyclesPerSecond.value())],
    ["instantaneous_eventloop_duration_usec", Math.floor(stats.recentCycleMicroseconds)],
  ];
}

/** Seconds with six decimals. */
export function cpuLines({ ports }: Services): InfoLine[] {
  const { system, user } = ports.process.cpuSeconds();
  const thread = ports.process.threadCpuSeconds();
  return [
    ["used_cpu_sys", system.toFixed(6)],
    ["used_cpu_user", user.toFixed(6)],
    ["used_cpu_sys_children", "0.000000"],
    ["used_cpu_user_children", "0.000000"],
    ["used_cpu_sys_main_thread", thread.system.toFixed(6)],
    ["used_cpu_user_main_thread", thread.user.toFixed(6)],
  ];
}

export function keyspaceLines({ keyspace }: Services): InfoLine[] {
  return keyspace.databases.flatMap((database): InfoLine[] => {
    const { index, size, expires, averageTtlMs, fieldExpiries } = database;
    if (size === 0) return [];
    const keys = `keys=${size},expires=${expires.length},avg_ttl=${Math.floor(averageTtlMs)}`;
    // Hashes with fields that expire; Redis has it since 7.4, and clients pass over what they do not know.
    return [[`db${index}`, `${keys},subexpiry=${fieldExpiries.size}`]];
  });
}
