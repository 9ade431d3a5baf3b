import type { NodeEvent } from '@mdns-ambassador/mdns';
import { describeSendRefusal } from '../output/network-lines.ts';

/** The interfaces on which the system refuses every packet, as a firewall does and macOS without the permission. */
export class SendRefusals {
  readonly #platform: string;
  /** By interface, what is to be said of it. */
  readonly #reasons = new Map<string, string>();

  constructor(platform: string) {
    this.#platform = platform;
  }

  hear(event: NodeEvent): void {
    if (event.kind === 'send-refused')
      this.#reasons.set(event.interfaceName, describeSendRefusal(event, this.#platform));
    else if (event.kind === 'interface-up' || event.kind === 'interface-down')
      this.#reasons.delete(event.interfaceName);
  }

  /** Why nothing can be asked at all; undefined where there is no interface, or one of them takes packets. */
  explain(interfaceNames: readonly string[]): string | undefined {
    const reasons = interfaceNames.map((name) => this.#reasons.get(name));
    return reasons.includes(undefined) ? undefined : reasons[0];
  }
}
