/** RFC 6762 3, 6: where all of mDNS is sent to, and sent from by whoever speaks it. */
export const MDNS_PORT = 5353;
/** RFC 6762 3 */
export const MDNS_GROUPS = { IPv4: '224.0.0.251', IPv6: 'ff02::fb' } as const;
