import type { HttpCredential } from '../credential.ts';
import type { Injection } from '../injection.ts';
import type { InjectionContext } from '../injection-context.ts';
import { ProofPrologue } from '../proof-prologue.ts';
import { TlsPrologue } from '../tls-prologue.ts';
import { HttpPrologue } from './prologue.ts';

export function createHttpInjection(credential: HttpCredential, context: InjectionContext): Injection {
  const { protocol, tls } = credential;
  return {
    prologues: [
      ...(tls === undefined ? [] : [new TlsPrologue(tls)]),
      new ProofPrologue(protocol, context),
      new HttpPrologue(credential, context),
    ],
  };
}
