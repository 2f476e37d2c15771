/** The command line cannot be used as it is; the message says why and is shown as it stands. */
export class OptionError extends Error {
  override name = "OptionError";
}
