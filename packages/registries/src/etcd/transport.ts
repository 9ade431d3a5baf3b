/** Carries requests to etcd's JSON gateway, each with the token of its user, if any (`Authorization`). What comes back is text of a peer: it is looked into elsewhere. */
export interface EtcdTransport {
  /** The answer's status and its whole body. Rejects with a sentence when there is none, and when `signal` aborts. */
  ask(path: string, body: object, signal: AbortSignal, token?: string): Promise<EtcdAnswer>;
  /**
   * Calls `onText` with each piece of a body that goes on until the server ends it (then it resolves), the connection does, or
   * `signal` aborts (then it rejects). `onText` may throw: that ends it, too.
   */
  stream(
    path: string,
    body: object,
    onText: (text: string) => void,
    signal: AbortSignal,
    token?: string,
  ): Promise<void>;
}

export interface EtcdAnswer {
  readonly status: number;
  readonly body: string;
}
