// What sections of INFO are made of.

/** A `name:value` line. */
export type InfoLine = readonly [name: string, value: string | number];
