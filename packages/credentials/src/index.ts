export type { Credential, HttpCredential, PostgresCredential, RedisCredential, TargetTls } from './credential.ts';
export type { CredentialEvent } from './credential-event.ts';
export type { Injection } from './injection.ts';
export type { InjectionContext } from './injection-context.ts';
export { createRedisInjection } from './redis/injection.ts';
export { Secret } from './secret.ts';
export type { SecretSource } from './secret-source.ts';
