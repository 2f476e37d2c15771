// The unix socket: where it is made, who may connect, and that no dead one is left behind.

/** Listens at `path`; a socket that a server before left there is removed. Throws with the reason. */
export function listenOnPath(path: string, permissions: number): Deno.UnixListener {
  if (Deno.build.os === "windows") {
    throw new Error("unixsocket: there are no unix sockets on this system");
  }
  removeSocket(path);
  let listener: Deno.UnixListener;
  try {
    listener = Deno.listen({ transport: "unix", path });
  } catch (error) {
    throw new Error(`Failed opening Unix socket: bind: ${(error as Error).message}`);
  }
  if (permissions !== 0) Deno.chmodSync(path, permissions);
  return listener;
}

/** Removes the socket at `path`. A file of another kind stays, and listening will fail. */
export function removeSocket(path: string): void {
  try {
    if (Deno.lstatSync(path).isSocket) Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
