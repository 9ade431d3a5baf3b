/** The key/value pairs of a TXT record (RFC 6763 6): a value is bytes, `true` a key without value. Keys keep their case. */
export type Txt = ReadonlyMap<string, Uint8Array | true>;
