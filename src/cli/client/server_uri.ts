import { OptionError } from "./option_error.ts";

/** What `redis://[[user:]password@][host[:port]][/db]` names; a part left out is undefined. */
export interface ServerUri {
  user?: string;
  password?: string;
  hostname?: string;
  port?: string;
  database?: string;
}

/** Reads a server's URI. Throws OptionError when it is not one this client can use. */
export function parseServerUri(uri: string): ServerUri {
  const scheme = /^redis:\/\//i.exec(uri);
  if (scheme === null) {
    if (/^rediss:\/\//i.test(uri)) throw new OptionError("rediss:// is not supported: no TLS");
    throw new OptionError("Invalid URI scheme");
  }
  let rest = uri.slice(scheme[0].length);
  const parts: ServerUri = {};
  const credentialsEnd = rest.indexOf("@");
  if (credentialsEnd !== -1) {
    const credentials = rest.slice(0, credentialsEnd);
    rest = rest.slice(credentialsEnd + 1);
    const colon = credentials.indexOf(":");
    if (colon > 0) parts.user = percentDecoded(credentials.slice(0, colon));
    parts.password = percentDecoded(credentials.slice(colon + 1));
  }
  const slash = rest.indexOf("/");
  const authority = slash === -1 ? rest : rest.slice(0, slash);
  if (slash !== -1 && slash + 1 < rest.length) parts.database = rest.slice(slash + 1);
  // An IPv6 address stands between brackets, because it is full of colons.
  const host = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(authority);
  if (host === null) throw new OptionError(`Invalid server address in the URI: '${authority}'`);
  if (host[1] !== "") parts.hostname = host[1].replace(/^\[|\]$/g, "");
  if (host[2] !== undefined) parts.port = host[2];
  return parts;
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new OptionError("Illegal character in URI encoding");
  }
}
