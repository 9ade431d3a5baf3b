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

interface AnyHttpCredential {
  readonly protocol: 'http';
  readonly tls?: TargetTls;
  /** The Host of every request; `keep`: as the client says it. Absent: with `tls` its server's name, else as with `keep`. */
  readonly host?: string;
  /** Names by which clients may call the service, beside addresses, names of one label, `.localhost`, `.internal` and its own. */
  readonly hosts?: readonly string[];
  /** Other sites whose web pages may act as the user: `https://app.example.com`, or `*`. */
  readonly origins?: readonly string[];
}

export type HttpCredential = AnyHttpCredential &
  (
    | { readonly scheme: 'basic'; readonly username: string; readonly password: SecretSource }
    | { readonly scheme: 'bearer'; readonly token: SecretSource }
  );

/** What is said to a service in the application's place. */
export type Credential = RedisCredential | PostgresCredential | HttpCredential;
