/** RFC 1035 2.3.4. */
export const MAX_LABEL_BYTES = 63;
/** RFC 1035 2.3.4: a name with its length bytes and the root. */
export const MAX_NAME_BYTES = 255;
/** A name of 255 octets has 127 labels at most. */
export const MAX_LABELS = 127;
/** RFC 6762 17: no mDNS packet is larger, IP and UDP headers included. */
export const MAX_PACKET_BYTES = 9000;
/** The same without the headers of IPv6 and UDP. */
export const MAX_SENT_BYTES = 8952;
/** RFC 1035 3.3: a character-string has one byte of length. */
export const MAX_STRING_BYTES = 255;
export const HEADER_BYTES = 12;
