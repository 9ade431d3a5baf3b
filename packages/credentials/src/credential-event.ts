import type { Credential } from './credential.ts';

type Protocol = Credential['protocol'];

/** What people should know; whoever logs it thins it out. Texts from the network are not escaped. */
export type CredentialEvent =
  /** The service does not take the credentials. `reason` is its own text. */
  | { readonly kind: 'refused'; readonly protocol: Protocol; readonly destination: string; readonly reason: string }
  /** The service refused the current secret and took the one before. Told once for each secret. */
  | { readonly kind: 'outdated'; readonly protocol: Protocol; readonly destination: string }
  /** The destination has not proved who it is, so that it was told nothing. */
  | { readonly kind: 'unproven'; readonly protocol: Protocol; readonly destination: string }
  /** A web page was kept from acting as the user, or a client used a name that is not the service's. */
  | { readonly kind: 'foreign'; readonly protocol: Protocol; readonly reason: string }
  /** An error of our own: the connection of that client was ended, and nothing else. */
  | { readonly kind: 'fault'; readonly protocol: Protocol; readonly destination: string; readonly reason: string }
  /** The port on this machine is held by somebody who is not known to be the service, and was told nothing. */
  | { readonly kind: 'stranger'; readonly protocol: Protocol; readonly destination: string; readonly uid: number }
  /** A client speaks TLS to the local port, which is plain. */
  | { readonly kind: 'tls-client'; readonly protocol: Protocol }
  /** A Redis Cluster sent the client to an address that bypasses the proxy. */
  | { readonly kind: 'moved'; readonly protocol: Protocol; readonly to: string };
