import type { ZooKeeperServer } from './server.ts';

/** A connection to one server. What comes back is a peer's: it is looked into elsewhere. */
export interface ZooKeeperLink {
  send(bytes: Buffer): void;
  /** Ends it at once; nothing is told after this. Idempotent. */
  destroy(): void;
}

export interface ZooKeeperLinkEvents {
  readonly onOpen: () => void;
  readonly onBytes: (bytes: Buffer) => void;
  /** It ended, or could not be opened; the last event. `reason` is a sentence's end, undefined where the server just ended it. */
  readonly onClose: (reason: string | undefined) => void;
}

/** Begins to connect; never tells anything within the call. */
export type OpenZooKeeperLink = (server: ZooKeeperServer, events: ZooKeeperLinkEvents) => ZooKeeperLink;
