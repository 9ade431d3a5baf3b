import { createMdnsNode, type MdnsNode, type Random, systemNetwork } from '@mdns-ambassador/mdns';
import type { Clock, ListenPlace } from '@mdns-ambassador/relay';
import { createMdnsSource } from './mdns.ts';
import type { Source } from './source.ts';

/** The mDNS node of services that name no sources: one for all of them, made when the first asks. */
export class OwnNode {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #network = systemNetwork();
  #node: MdnsNode | undefined;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** What is announced as the service, but for what leads back to where it is listened. */
  createSource(service: string, listen: readonly ListenPlace[]): Source {
    const [network, clock] = [this.#network, this.#clock];
    this.#node ??= createMdnsNode({ network, clock, random: this.#random, mayWait: true });
    return createMdnsSource({
      service,
      browser: this.#node,
      interfaces: () => network.interfaces(),
      ownAddresses: () => network.ownAddresses(),
      listen,
      clock,
    });
  }

  /** Resolves also while no interface is up. Rejects with an MdnsError where no link can be opened. No-op where nobody asked. */
  async start(): Promise<void> {
    await this.#node?.start();
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await this.#node?.close();
  }
}
