// The directives that limit what one client may occupy.
import type { Cell, Config } from "../config/config.ts";
import type { OutputLimit as OutputLimitValue, OutputLimits } from "../config/special_kinds.ts";
import type { Session } from "../engine/session.ts";

/** Limits as they are in force; connections share one object. */
export class ClientLimits {
  /** `proto-max-bulk-len`, bytes. */
  readonly maxBulk: Cell<number>;
  /** `client-query-buffer-limit`, bytes. */
  readonly queryBuffer: Cell<number>;
  readonly #output: Cell<OutputLimits>;

  constructor(config: Config) {
    this.maxBulk = config.cell("proto-max-bulk-len");
    this.queryBuffer = config.cell("client-query-buffer-limit");
    this.#output = config.cell("client-output-buffer-limit");
  }

  /** How much output may wait for a client, bytes and seconds; 0 for any. */
  outputOf(session: Session): OutputLimitValue {
    const limits = this.#output.value;
    return session.subscribed ? limits.pubsub : limits.normal;
  }
}

/** Whether the output of one client is beyond its limit: at once, or for too long. */
export class OutputLimit {
  readonly #limits: ClientLimits;
  readonly #session: Session;
  /** Unix ms since when the soft limit is exceeded without a break, 0 when it is not. */
  #softSinceMs = 0;

  constructor(limits: ClientLimits, session: Session) {
    this.#limits = limits;
    this.#session = session;
  }

  /** Whether time alone may make the limit exceeded. */
  get running(): boolean {
    return this.#softSinceMs !== 0;
  }

  /** Looks at the bytes that wait now. True: the client has to go. */
  exceeded(pendingBytes: number, nowMs: number): boolean {
    const { hardBytes, softBytes, softSeconds } = this.#limits.outputOf(this.#session);
    if (hardBytes > 0 && pendingBytes >= hardBytes) return true;
    if (softBytes === 0 || pendingBytes < softBytes) {
      this.#softSinceMs = 0;
      return false;
    }
    if (this.#softSinceMs === 0) this.#softSinceMs = nowMs;
    return nowMs - this.#softSinceMs > softSeconds * 1000;
  }
}
