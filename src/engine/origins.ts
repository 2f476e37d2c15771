// Who asks for a command, and what that one may do: the table behind the one execution path.

/** Rights and duties of one kind of caller. */
export interface Origin {
  readonly name: string;
  /** In a transaction its commands are queued. */
  readonly queues: boolean;
  /** A handler's Wait parks the caller; otherwise the time is up at once. */
  readonly mayBlock: boolean;
  /** Authentication and ACL are checked. */
  readonly checksAcl: boolean;
  /** Goes through though memory is over the limit, the server is a read-only replica and so on. */
  readonly outranksGates: boolean;
  /** The gates were asked before; only what its user may do is checked again. */
  readonly admitted: boolean;
  /** Counts in command statistics, slow log and MONITOR. */
  readonly counted: boolean;
  /** Its time is taken, for slow log and latency monitor. */
  readonly timed: boolean;
  /** Its effects are written to the append-only file. */
  readonly toAof: boolean;
  /** Its effects are sent to replicas. */
  readonly toReplicas: boolean;
}

function origin(name: string, rights: Partial<Origin>): Origin {
  return {
    name,
    queues: false,
    mayBlock: false,
    checksAcl: false,
    outranksGates: false,
    admitted: false,
    counted: true,
    timed: true,
    toAof: true,
    toReplicas: true,
    ...rights,
  };
}

export const ORIGINS = {
  /** A connected client. */
  client: origin("client", { queues: true, mayBlock: true, checksAcl: true }),
  /** A command of a transaction that EXEC runs: EXEC was admitted for all, its user may differ. */
  exec: origin("exec", { checksAcl: true, admitted: true }),
  /** A command that a script or function calls. */
  script: origin("script", { checksAcl: true }),
  /** A parked request that is run again; what waits counts once, when it waits no more. */
  resumed: origin("resumed", { mayBlock: true }),
  /** The stream of commands of the master. */
  replicaLink: origin("replica-link", { outranksGates: true, queues: true, toReplicas: false }),
  /** The append-only file being loaded. */
  aofReplay: origin("aof-replay", {
    outranksGates: true,
    queues: true,
    counted: false,
    timed: false,
    toAof: false,
    toReplicas: false,
  }),
  /** Removal of expired and evicted keys. */
  server: origin("server", { outranksGates: true, counted: false }),
} as const;

/** What a call inside a call may do: never more than the call around it. */
export function nested(outer: Origin, inner: Origin): Origin {
  if (outer.toAof && outer.toReplicas && outer.mayBlock) return inner;
  return {
    ...inner,
    mayBlock: outer.mayBlock && inner.mayBlock,
    outranksGates: outer.outranksGates,
    checksAcl: outer.checksAcl && inner.checksAcl,
    counted: outer.counted && inner.counted,
    timed: outer.timed && inner.timed,
    toAof: outer.toAof && inner.toAof,
    toReplicas: outer.toReplicas && inner.toReplicas,
  };
}
