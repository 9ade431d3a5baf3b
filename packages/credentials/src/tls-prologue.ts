import type { Leg, Prologue, Proof } from '@mdns-ambassador/relay';
import type { TargetTls } from './credential.ts';
import { startTls } from './start-tls.ts';

/** TLS to a service that speaks it from the first byte. */
export class TlsPrologue implements Prologue {
  readonly name: string = 'TLS';
  readonly proves: Proof = 'tls';
  readonly #tls: TargetTls;

  constructor(tls: TargetTls) {
    this.#tls = tls;
  }

  run(_client: Leg, upstream: Leg, signal: AbortSignal): Promise<Leg> {
    return startTls(upstream, this.#tls, signal);
  }
}
