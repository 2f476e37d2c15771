// What fields of hashes may have for an expiry.

/** Redis keeps the expiry of a field in 48 bits; one more stands for none in the header of a hash. */
export const LATEST_FIELD_EXPIRY_MS = 2 ** 48 - 1;
