import { type Destination, type Leg, type Prologue, RelayError } from '@mdns-ambassador/relay';
import type { Credential } from './credential.ts';
import type { InjectionContext } from './injection-context.ts';

/** Lets nobody be told a secret who has not shown who he is. Runs before anything that tells one. */
export class ProofPrologue implements Prologue {
  readonly name: string = 'proof of identity';
  readonly #protocol: Credential['protocol'];
  readonly #context: InjectionContext;

  constructor(protocol: Credential['protocol'], context: InjectionContext) {
    this.#protocol = protocol;
    this.#context = context;
  }

  async run(_client: Leg, upstream: Leg, _signal: AbortSignal, destination: Destination): Promise<Leg> {
    if (this.#context.trusts?.(destination) === true) return upstream;
    const protocol = this.#protocol;
    if (destination.proof === 'loopback') {
      const holder = this.#context.holderOf?.(upstream);
      if (holder?.kind !== 'stranger') return upstream;
      this.#context.onEvent({ kind: 'stranger', protocol, destination: destination.name, uid: holder.uid });
      throw new RelayError('UNPROVEN', `user ${holder.uid} holds its port, and is told no credentials`);
    }
    if (destination.proof !== 'none') return upstream;
    this.#context.onEvent({ kind: 'unproven', protocol, destination: destination.name });
    throw new RelayError('UNPROVEN', 'it has not shown who it is, so that it is told no credentials');
  }
}
