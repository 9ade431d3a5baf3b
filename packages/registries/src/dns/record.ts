/** What a question can ask for. */
export type QueryType = 'A' | 'AAAA' | 'SRV';

interface RecordHead {
  /** Lower case, without the closing dot. */
  readonly name: string;
  /** 0 to 2^31 - 1 (RFC 2181 8). */
  readonly ttlSeconds: number;
}

/** `address` is a literal. */
export interface AddressRecord extends RecordHead {
  readonly type: 'A' | 'AAAA';
  readonly address: string;
}

/** RFC 2782. `target` is empty where the service is decidedly not available ("."). */
export interface SrvRecord extends RecordHead {
  readonly type: 'SRV';
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

export interface AliasRecord extends RecordHead {
  readonly type: 'CNAME';
  readonly target: string;
}

export type DnsRecord = AddressRecord | SrvRecord | AliasRecord;

export interface DnsQuestion {
  readonly name: string;
  readonly type: QueryType;
}
