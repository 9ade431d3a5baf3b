/** How it is known that a service is up. `none`: without looking. */
export type CheckOptions =
  | { readonly kind: 'tcp' }
  | { readonly kind: 'http'; readonly path: string }
  | { readonly kind: 'redis' }
  /** Up only where it takes writes. */
  | { readonly kind: 'redis-primary' }
  | { readonly kind: 'postgres' }
  /** Up only where it takes writes; asks as this user, without a password. */
  | { readonly kind: 'postgres-primary'; readonly user: string; readonly database: string }
  | { readonly kind: 'mysql' }
  | { readonly kind: 'ssh' }
  | { readonly kind: 'exec'; readonly command: string }
  | { readonly kind: 'none' };
