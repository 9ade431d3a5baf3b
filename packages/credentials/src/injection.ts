import type { Opening, Prologue } from '@mdns-ambassador/relay';
import type { Credential, TargetTls } from './credential.ts';
import { HttpPrologue } from './http/prologue.ts';
import type { InjectionContext } from './injection-context.ts';
import { CancelKeys } from './postgres/cancel-keys.ts';
import { createPostgresOpening } from './postgres/opening.ts';
import { PostgresPrologue } from './postgres/prologue.ts';
import { PostgresTlsPrologue } from './postgres/tls-prologue.ts';
import { ProofPrologue } from './proof-prologue.ts';
import { RedisPrologue } from './redis/prologue.ts';
import { TlsPrologue } from './tls-prologue.ts';

/** How credentials come into one service's connections. */
export interface Injection {
  /** In this order, after the mesh's handshake. */
  readonly prologues: readonly Prologue[];
  /** For an engine that hears clients before it dials. */
  readonly opening?: Opening;
}

/** TLS where it is asked for, then who is at the other end, then the login. */
export function createInjection(credential: Credential, context: InjectionContext): Injection {
  const proof = new ProofPrologue(credential.protocol, context);
  switch (credential.protocol) {
    case 'redis':
      return { prologues: [...secure(credential, TlsPrologue), proof, new RedisPrologue(credential, context)] };
    case 'http':
      return { prologues: [...secure(credential, TlsPrologue), proof, new HttpPrologue(credential, context)] };
    case 'postgres':
      return {
        prologues: [...secure(credential, PostgresTlsPrologue), proof, new PostgresPrologue(credential, context)],
        opening: createPostgresOpening({
          keys: context.cancelKeys ?? new CancelKeys(),
          injects: true,
          onTlsClient: () => context.onEvent({ kind: 'tls-client', protocol: 'postgres' }),
        }),
      };
    default:
      return credential satisfies never;
  }
}

function secure({ tls }: Credential, Secured: new (tls: TargetTls) => Prologue): readonly Prologue[] {
  return tls === undefined ? [] : [new Secured(tls)];
}
