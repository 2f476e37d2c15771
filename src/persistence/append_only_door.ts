// The append-only file as commands see it: rewriting it, waiting until it has what a client wrote.
import type { AppendOnlyPort } from "../engine/ports.ts";
import type { Engine } from "../engine/engine.ts";
import { ERR } from "../engine/errors.ts";
import type { Session } from "../engine/session.ts";
import type { Wait } from "../engine/wait.ts";
import type { AppendOnlyFile, RewriteStart } from "./append_only_file.ts";

interface Waiting {
  readonly session: Session;
  readonly wait: Wait;
  readonly effects: number;
}

/** The port; the engine is built with it, so its parts are asked for when they are needed. */
export class AppendOnlyDoor implements AppendOnlyPort {
  readonly #engine: () => Engine;
  readonly #file: () => AppendOnlyFile;
  #waiting: Waiting[] = [];

  constructor(options: { engine: () => Engine; file: () => AppendOnlyFile }) {
    this.#engine = options.engine;
    this.#file = options.file;
  }

  get rewriting(): boolean {
    return this.#file().rewriting !== undefined;
  }

  get syncedEffects(): number {
    const { state, writer } = this.#file();
    // Before the first file is complete nothing is on the disk, not even what was never counted.
    return state === "on" ? writer.syncedEffects : -1;
  }

  get bufferBytes(): number {
    const { state, writer } = this.#file();
    return state === "off" ? 0 : writer.buffer.capacity;
  }

  delayWrites(ms: number): void {
    this.#file().writer.delayMs = ms;
  }

  rewrite(later: boolean): RewriteStart {
    return this.#file().rewrite(later);
  }

  endWhenSynced(session: Session, wait: Wait, effects: number): void {
    this.#file().onSynced = this.#serve;
    // Those that are over by other means are not kept for longer than a list of others is.
    this.#waiting = this.#waiting.filter(stillWaits);
    this.#waiting.push({ session, wait, effects });
  }

  readonly #serve = (): void => {
    if (this.#waiting.length === 0) return;
    const { syncedEffects } = this, isOff = this.#file().state === "off";
    const waiting = this.#waiting.filter(stillWaits);
    this.#waiting = waiting.filter(({ effects }) => !isOff && effects > syncedEffects);
    for (const { session, effects } of waiting) {
      if (isOff) this.#engine().unpark(session, ERR.appendOnlyDisabled);
      else if (effects <= syncedEffects) this.#engine().unpark(session);
    }
  };
}

/** While its handler runs the session is not parked yet. */
function stillWaits({ session, wait }: Waiting): boolean {
  return session.parked?.wait === wait;
}
