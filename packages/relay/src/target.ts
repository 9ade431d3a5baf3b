/** Where to dial. `address` is a literal IP (link-local IPv6 with zone), never a name. */
export type Target =
  | { readonly kind: 'tcp'; readonly address: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** `127.0.0.1:6379`, `[::1]:6379`, `unix:/run/redis.sock` */
export function formatTarget(target: Target): string {
  if (target.kind === 'unix') return `unix:${target.path}`;
  return target.address.includes(':') ? `[${target.address}]:${target.port}` : `${target.address}:${target.port}`;
}
