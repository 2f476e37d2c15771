import { latin1, latin1Bytes, utf8Bytes } from "../base/bytes.ts";
import type { WorkingDirectory } from "../config/directive.ts";
import { systemErrorWords } from "../base/system_error.ts";

/** The working directory of this process. */
export const processDirectory: WorkingDirectory = {
  current: () => latin1(utf8Bytes(Deno.cwd())),
  enter(path) {
    try {
      Deno.chdir(new TextDecoder().decode(latin1Bytes(path)));
      return undefined;
    } catch (error) {
      return systemErrorWords(error);
    }
  },
};
