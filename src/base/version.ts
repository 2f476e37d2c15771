/** The version of Redis whose behaviour and words this server follows: INFO and HELLO report it. */
export const REDIS_VERSION = "7.2.4";

/** The version of this program. */
export const MINIREDIS_VERSION = "0.1.0";
