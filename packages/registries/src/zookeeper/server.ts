export const ZOOKEEPER_PORT = 2181;

/** A member of an ensemble. */
export interface ZooKeeperServer {
  /** A host name or a literal address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}
