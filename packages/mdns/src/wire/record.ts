import type { Name } from './name.ts';

/** What a record says, by type. Types that we do not know stay opaque (RFC 3597). */
export type RecordData =
  | { readonly type: 'A'; readonly address: string }
  | { readonly type: 'AAAA'; readonly address: string }
  | { readonly type: 'PTR'; readonly target: Name }
  | {
      readonly type: 'SRV';
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: Name;
    }
  | { readonly type: 'TXT'; readonly strings: readonly Uint8Array[] }
  | { readonly type: 'NSEC'; readonly next: Name; readonly types: readonly number[] }
  | { readonly type: 'OTHER'; readonly code: number; readonly bytes: Uint8Array };

export type KnownType = Exclude<RecordData['type'], 'OTHER'>;

/** A resource record of class IN. */
export interface ResourceRecord {
  readonly name: Name;
  /** Seconds, as on the wire; 0 is a goodbye (RFC 6762 10.1). */
  readonly ttl: number;
  /** The cache-flush bit: this record set is unique and complete (RFC 6762 10.2). */
  readonly flush: boolean;
  readonly data: RecordData;
}

/** Type codes on the wire (IANA DNS parameters). */
export const TYPE_CODES: Readonly<Record<KnownType, number>> = { A: 1, PTR: 12, TXT: 16, AAAA: 28, SRV: 33, NSEC: 47 };
/** QTYPE `*`: every type. */
export const TYPE_ANY = 255;
