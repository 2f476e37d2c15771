// Directives that the engine's parts keep copies of, so that no hot path asks the configuration.
import type { Engine } from "./engine.ts";
import { SESSION_UNAUTHENTICATED } from "./session.ts";

/** Below this threshold of the slow log every command is timed by itself. */
const EXACT_BELOW_MICROSECONDS = 1000;

/** Puts the directives into force, now and whenever CONFIG SET changes them. */
export function applySettings(engine: Engine): void {
  const apply = () => {
    const { config, slowlog, latency, times, keyspace } = engine;
    slowlog.thresholdMicroseconds = config.int("slowlog-log-slower-than");
    slowlog.maxLength = config.int("slowlog-max-len");
    latency.thresholdMs = config.int("latency-monitor-threshold");
    times.histograms = latency.tracking = config.bool("latency-tracking");
    const threshold = slowlog.thresholdMicroseconds;
    times.exact = threshold >= 0 && threshold < EXACT_BELOW_MICROSECONDS || latency.thresholdMs > 0;
    keyspace.access.lfu = config.rendered("maxmemory-policy").includes("lfu");
    keyspace.access.logFactor = config.int("lfu-log-factor");
    keyspace.access.decayMinutes = config.int("lfu-decay-time");
    keyspace.expiresLazily = config.bool("lazyfree-lazy-expire");
    keyspace.overwritesLazily = config.bool("lazyfree-lazy-server-del");
  };
  engine.config.onChange([
    "slowlog-log-slower-than",
    "slowlog-max-len",
    "latency-monitor-threshold",
    "latency-tracking",
    "maxmemory-policy",
    "lfu-log-factor",
    "lfu-decay-time",
    "lazyfree-lazy-expire",
    "lazyfree-lazy-server-del",
  ], apply);
  applyLimits(engine);
  engine.memoryLimit.follow();
  const applyPassword = () => {
    engine.users.requirePassword(engine.config.bytes("requirepass"));
    // Who is in stays in; who is not needs the password that is valid now, or none any more.
    const required = engine.users.authenticationRequired;
    for (const session of engine.sessions.all()) {
      session.mark(SESSION_UNAUTHENTICATED, required && !session.authenticated);
    }
  };
  engine.config.onChange("requirepass", applyPassword);
  apply();
  applyPassword();
}

/** The limits of small collections, which the values look at with every write. */
function applyLimits({ config, keyspace: { limits } }: Engine): void {
  const apply = () => {
    limits.hashMaxListpackEntries = config.int("hash-max-listpack-entries");
    limits.hashMaxListpackValue = config.int("hash-max-listpack-value");
    limits.setMaxIntsetEntries = config.int("set-max-intset-entries");
    limits.setMaxListpackEntries = config.int("set-max-listpack-entries");
    limits.setMaxListpackValue = config.int("set-max-listpack-value");
    limits.zsetMaxListpackEntries = config.int("zset-max-listpack-entries");
    limits.zsetMaxListpackValue = config.int("zset-max-listpack-value");
    limits.listMaxListpackSize = config.int("list-max-listpack-size");
    limits.listCompressDepth = config.int("list-compress-depth");
    limits.streamNodeMaxBytes = config.int("stream-node-max-bytes");
    limits.streamNodeMaxEntries = config.int("stream-node-max-entries");
  };
  config.onChange([
    "hash-max-listpack-entries",
    "hash-max-listpack-value",
    "set-max-intset-entries",
    "set-max-listpack-entries",
    "set-max-listpack-value",
    "zset-max-listpack-entries",
    "zset-max-listpack-value",
    "list-max-listpack-size",
    "list-compress-depth",
    "stream-node-max-bytes",
    "stream-node-max-entries",
  ], apply);
  apply();
}
