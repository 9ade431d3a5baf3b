export type SessionEvent =
  | { readonly kind: 'connected' }
  /** It tries to connect again; ephemeral nodes stay for the rest of the session's time. Requests that were under way reject. */
  | { readonly kind: 'disconnected'; readonly reason: string }
  /** It is over, with its ephemeral nodes and its watches; this is the last event. */
  | { readonly kind: 'expired' };

/**
 * A session with an ensemble. Requests reject with an error that says why, soon also when nobody answers. A watch `onChange` is
 * called once with its path, and is set again by the next request with it.
 */
export interface ZooKeeperSession {
  /** Undefined: there is no such node, and its creation is watched for. */
  listChildren(path: string, onChange: (path: string) => void): Promise<readonly string[] | undefined>;
  /** Undefined: there is no such node; it is not watched. */
  readNode(path: string, onChange: (path: string) => void): Promise<Uint8Array | undefined>;
  /** Makes a lasting node, and those above it, where they are missing. */
  makeFolder(path: string): Promise<void>;
  /** From now on an ephemeral node of this session has this value; what another session left there is replaced. It is watched. */
  writeEphemeral(path: string, value: Uint8Array, onChange: (path: string) => void): Promise<void>;
  /** No error when it is not there. */
  removeNode(path: string): Promise<void>;
  /** Ends the session, and its ephemeral nodes where a server hears of it in time. No event follows. Idempotent. */
  close(): Promise<void>;
}

/** Opens a session and connects at once. */
export type OpenSession = (onEvent: (event: SessionEvent) => void) => ZooKeeperSession;
