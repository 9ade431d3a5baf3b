/** RFC 6762 3, 6: where all of mDNS is sent to, and sent from by whoever speaks it. */
export const MDNS_PORT = 5353;
