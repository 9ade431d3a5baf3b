import type { PostgresCredential } from '../credential.ts';
import type { Injection } from '../injection.ts';
import type { InjectionContext } from '../injection-context.ts';
import { ProofPrologue } from '../proof-prologue.ts';
import { CancelKeys } from './cancel-keys.ts';
import { createPostgresOpening } from './opening.ts';
import { PostgresPrologue } from './prologue.ts';
import { PostgresTlsPrologue } from './tls-prologue.ts';

export function createPostgresInjection(credential: PostgresCredential, context: InjectionContext): Injection {
  const { protocol, tls } = credential;
  return {
    prologues: [
      ...(tls === undefined ? [] : [new PostgresTlsPrologue(tls)]),
      new ProofPrologue(protocol, context),
      new PostgresPrologue(credential, context),
    ],
    opening: createPostgresOpening({
      keys: context.cancelKeys ?? new CancelKeys(),
      injects: true,
      onTlsClient: () => context.onEvent({ kind: 'tls-client', protocol }),
    }),
  };
}
