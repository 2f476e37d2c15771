import { concat } from "@std/bytes";
import { latin1, latin1Bytes } from "../../src/base/bytes.ts";

export const redisServerAvailable = isOnPath("redis-server");
if (!redisServerAvailable) {
  console.log("redis-server is not on the PATH: the tests beside it are skipped");
}

function isOnPath(program: string): boolean {
  const separator = Deno.build.os === "windows" ? ";" : ":";
  return (Deno.env.get("PATH") ?? "").split(separator).some((folder) => {
    try {
      return Deno.statSync(`${folder}/${program}`).isFile;
    } catch {
      return false;
    }
  });
}

/** A redis-server of the test's own, on a unix socket in a folder of its own. */
export class RedisServer {
  readonly folder: string;
  readonly #process: Deno.ChildProcess;
  readonly #connection: Deno.UnixConn;
  #unread = "";

  private constructor(folder: string, process: Deno.ChildProcess, connection: Deno.UnixConn) {
    this.folder = folder;
    this.#process = process;
    this.#connection = connection;
  }

  /** Starts a server with these directives and waits until it answers. */
  static async start(...directives: string[]): Promise<RedisServer> {
    const folder = await Deno.makeTempDir();
    const socket = `${folder}/socket`;
    const own = ["--port", "0", "--unixsocket", socket, "--dir", folder, "--save", ""];
    const process = new Deno.Command("redis-server", {
      args: [...own, "--appendonly", "no", ...directives],
      stdout: "null",
      stderr: "null",
    }).spawn();
    for (let attempt = 0;; attempt++) {
      try {
        const connection = await Deno.connect({ transport: "unix", path: socket });
        return new RedisServer(folder, process, connection);
      } catch (error) {
        if (attempt === 200) {
          process.kill();
          throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    }
  }

  /** Sends one command, its text one byte a character, and returns the reply's line or bulk. */
  async command(...words: (string | number)[]): Promise<string> {
    return (await this.list(...words))[0];
  }

  /** The same for a command that replies with an array: its strings, nested ones in a row. */
  async list(...words: (string | number)[]): Promise<string[]> {
    const parts = words.map((word) => latin1Bytes(String(word)));
    const request = concat([
      latin1Bytes(`*${parts.length}\r\n`),
      ...parts.flatMap((part) => [latin1Bytes(`$${part.length}\r\n`), part, latin1Bytes("\r\n")]),
    ]);
    for (let at = 0; at < request.length;) {
      at += await this.#connection.write(request.subarray(at));
    }
    return await this.#readReply();
  }

  /** The dump of what the server holds now. */
  async dump(): Promise<Uint8Array<ArrayBuffer>> {
    await this.command("SAVE");
    return await Deno.readFile(`${this.folder}/dump.rdb`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.close();
    this.#process.kill();
    await this.#process.status;
    await Deno.remove(this.folder, { recursive: true });
  }

  async #readReply(): Promise<string[]> {
    const line = this.#take(await this.#find("\r\n"), 2);
    if (line.startsWith("-")) throw new Error(line.slice(1));
    const count = Number(line.slice(1));
    if (line.startsWith("*")) {
      const items: string[] = [];
      for (let i = 0; i < count; i++) items.push(...await this.#readReply());
      return items;
    }
    // A missing value reads as an empty one.
    if (!line.startsWith("$") || count < 0) return [line.startsWith("$") ? "" : line.slice(1)];
    while (this.#unread.length < count + 2) await this.#readMore();
    return [this.#take(count, 2)];
  }

  async #find(mark: string): Promise<number> {
    while (!this.#unread.includes(mark)) await this.#readMore();
    return this.#unread.indexOf(mark);
  }

  async #readMore(): Promise<void> {
    const buffer = new Uint8Array(65536);
    const count = await this.#connection.read(buffer);
    if (count === null) throw new Error("redis-server closed the connection");
    this.#unread += latin1(buffer, 0, count);
  }

  #take(length: number, separator: number): string {
    const taken = this.#unread.slice(0, length);
    this.#unread = this.#unread.slice(length + separator);
    return taken;
  }
}
