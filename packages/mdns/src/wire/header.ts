/** Bits of the header's flags (RFC 1035 4.1.1, RFC 6762 18). */
export const FLAG_RESPONSE = 0x8000;
export const FLAG_AUTHORITATIVE = 0x0400;
export const FLAG_TRUNCATED = 0x0200;
export const OPCODE_MASK = 0x7800;
export const RCODE_MASK = 0x000f;

export const CLASS_IN = 1;
export const CLASS_ANY = 255;
/** The cache-flush bit of a record (RFC 6762 10.2) and the QU bit of a question (5.4). */
export const CLASS_TOP_BIT = 0x8000;

/** The two top bits of a length byte that make it a compression pointer (RFC 1035 4.1.4). */
export const POINTER_BITS = 0xc0;
