/** Why a dial failed, as the pool must know it: `local` faults (EMFILE, EADDRNOTAVAIL) say nothing about the endpoint. */
export type DialFailure = 'refused' | 'reset' | 'timeout' | 'unreachable' | 'handshake' | 'local';
