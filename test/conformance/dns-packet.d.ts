/** The part of dns-packet 5 that the conformance tests use: it ships no types. */
declare module 'dns-packet' {
  export interface Question {
    readonly name: string;
    readonly type: string;
    /** `IN`, `ANY`; with the unicast-response bit `UNKNOWN_32769`, which can't be encoded. */
    readonly class?: string;
  }

  export interface Answer {
    readonly name: string;
    readonly type: string;
    readonly ttl: number;
    readonly class?: string;
    readonly flush?: boolean;
    readonly data: unknown;
  }

  export interface Packet {
    readonly id: number;
    readonly type: 'query' | 'response';
    /** Bits of the header without QR. */
    readonly flags: number;
    readonly questions: readonly Question[];
    readonly answers: readonly Answer[];
    readonly authorities: readonly Answer[];
    readonly additionals: readonly Answer[];
  }

  export const AUTHORITATIVE_ANSWER: number;
  export const TRUNCATED_RESPONSE: number;
  export function encode(packet: Partial<Packet>): Buffer;
  export function decode(bytes: Uint8Array): Packet;
}
