// When the append-only file is rewritten by itself. Rewrites that fail again and again are not tried all
// the time: each leaves a file behind.
import type { Logger } from "../base/logger.ts";
import type { Config } from "../config/config.ts";

const FAILURES_ALLOWED = 3;
const LONGEST_MINUTES = 60;

/** Rewrites that failed in a row, and how long the next one waits. */
export class RewriteLimit {
  failures = 0;
  #minutes = 0;
  #untilMs = 0;
  readonly #logger: Logger;

  readonly #config: Config;

  constructor(config: Config, logger: Logger) {
    this.#config = config;
    this.#logger = logger;
  }

  /**
   * Whether a file that was once `baseBytes` long is to be rewritten because of its growth, and may be
   * (`auto-aof-rewrite-percentage`, `auto-aof-rewrite-min-size`).
   */
  isGrown(nowMs: number, size: { currentBytes: number; baseBytes: number }): boolean {
    const percent = growthDue(this.#config, size.currentBytes, size.baseBytes);
    if (percent === undefined || this.holds(nowMs)) return false;
    this.#logger.notice(`Starting automatic rewriting of AOF on ${percent}% growth`);
    return true;
  }

  /** Whether no rewrite may begin by itself at `nowMs`, monotonic: the system's clock may jump. */
  holds(nowMs: number): boolean {
    if (this.failures < FAILURES_ALLOWED) {
      this.#minutes = this.#untilMs = 0;
      return false;
    }
    if (this.#untilMs !== 0) {
      if (nowMs < this.#untilMs) return true;
      this.#untilMs = 0;
      return false;
    }
    this.#minutes = Math.min(this.#minutes === 0 ? 1 : this.#minutes * 2, LONGEST_MINUTES);
    this.#untilMs = nowMs + this.#minutes * 60_000;
    this.#logger.warning(
      "Background AOF rewrite has repeatedly failed and triggered the limit, will retry in" +
        ` ${this.#minutes} minutes`,
    );
    return true;
  }
}

/** By how many percent a file grew, if that is so much that it has to be rewritten. */
function growthDue(config: Config, bytes: number, baseBytes: number): number | undefined {
  const percentage = config.int("auto-aof-rewrite-percentage");
  if (percentage === 0 || bytes <= config.int("auto-aof-rewrite-min-size")) return undefined;
  const growth = Math.floor(bytes * 100 / (baseBytes || 1)) - 100;
  return growth < percentage ? undefined : growth;
}
