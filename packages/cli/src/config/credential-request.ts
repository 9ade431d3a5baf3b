/** Where a secret is read from. */
export type SecretPlace =
  /** An absolute path. */
  | { readonly kind: 'file'; readonly path: string }
  /** A variable whose value is the path. */
  | { readonly kind: 'variable'; readonly variable: string }
  /** A file of this name in one of the system's folders. */
  | { readonly kind: 'name'; readonly name: string }
  /** Nothing was written: the system's folders, then the variable. */
  | { readonly kind: 'usual'; readonly name: string; readonly variable: string };

export interface TlsRequest {
  /** An absolute path. */
  readonly caFile?: string;
  readonly serverName: string;
}

/** What HTTP calls the service, and who may ask; as `HttpCredential` says it. */
export interface HttpRequestNames {
  readonly host?: string;
  readonly hosts: readonly string[];
  readonly origins?: readonly string[];
}

interface AnyRequest {
  readonly secret: SecretPlace;
  readonly tls?: TlsRequest;
  /** Whose process may hold the service's port on this machine. */
  readonly serviceUid?: number;
}

/** What is to be said to a service in the application's place; no secret is part of it. Two that are equal ask for the same. */
export type CredentialRequest = AnyRequest &
  (
    | { readonly protocol: 'redis'; readonly username?: string }
    | { readonly protocol: 'postgres'; readonly username: string; readonly database?: string }
    | ({ readonly protocol: 'http'; readonly scheme: 'basic'; readonly username: string } & HttpRequestNames)
    | ({ readonly protocol: 'http'; readonly scheme: 'bearer' } & HttpRequestNames)
  );
