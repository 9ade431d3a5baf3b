import type { RedisCredential } from '../credential.ts';
import type { Injection } from '../injection.ts';
import type { InjectionContext } from '../injection-context.ts';
import { ProofPrologue } from '../proof-prologue.ts';
import { TlsPrologue } from '../tls-prologue.ts';
import { RedisPrologue } from './prologue.ts';

export function createRedisInjection(credential: RedisCredential, context: InjectionContext): Injection {
  const { protocol, tls } = credential;
  return {
    prologues: [
      ...(tls === undefined ? [] : [new TlsPrologue(tls)]),
      new ProofPrologue(protocol, context),
      new RedisPrologue(credential, context),
    ],
  };
}
