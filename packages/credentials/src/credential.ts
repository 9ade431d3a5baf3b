import type { SecretSource } from './secret-source.ts';

/** TLS to the service itself, always verified. */
export interface TargetTls {
  /** PEM certificates that are trusted; the system's if absent. */
  readonly ca?: string;
  /** Whose certificate it must be, and the SNI. */
  readonly serverName: string;
}

export interface RedisCredential {
  readonly protocol: 'redis';
  /** Absent: `AUTH password`, which Redis before 6 knows alone. */
  readonly username?: string;
  readonly password: SecretSource;
  readonly tls?: TargetTls;
}

export interface PostgresCredential {
  readonly protocol: 'postgres';
  readonly username: string;
  readonly password: SecretSource;
  /** Stands in for whatever database the client names. */
  readonly database?: string;
  readonly tls?: TargetTls;
}

export type HttpCredential =
  | {
      readonly protocol: 'http';
      readonly scheme: 'basic';
      readonly username: string;
      readonly password: SecretSource;
      readonly tls?: TargetTls;
    }
  | { readonly protocol: 'http'; readonly scheme: 'bearer'; readonly token: SecretSource; readonly tls?: TargetTls };

/** What is said to a service in the application's place. */
export type Credential = RedisCredential | PostgresCredential | HttpCredential;
