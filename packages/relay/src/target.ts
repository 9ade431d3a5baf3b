import { isLoopback } from './loopback.ts';
import { formatPlace } from './place.ts';

/** Where to dial. `address` is a literal IP (link-local IPv6 with zone), never a name. */
export type Target =
  | { readonly kind: 'tcp'; readonly address: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

export type TcpTarget = Extract<Target, { kind: 'tcp' }>;

/** `127.0.0.1:6379`, `[::1]:6379`, `unix:/run/redis.sock` */
export function formatTarget(target: Target): string {
  return target.kind === 'unix' ? `unix:${target.path}` : formatPlace(target.address, target.port);
}

/** A listening socket that another program opened and passed on: systemd's are the descriptors from 3 on. */
export interface InheritedSocket {
  readonly kind: 'inherited';
  readonly fd: number;
  /** Whether it may accept connections from other machines. */
  readonly allowRemote: boolean;
}

/** Where to listen. */
export type ListenPlace = Target | InheritedSocket;

export function formatListenPlace(place: ListenPlace): string {
  return place.kind === 'inherited' ? `the passed socket ${place.fd}` : formatTarget(place);
}

/** Only programs on this machine can connect to it. */
export function isLocalTarget(target: Target): boolean {
  return target.kind === 'unix' || isLoopback(target.address);
}
