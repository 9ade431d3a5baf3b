import type { DialService } from '@mdns-ambassador/checks';
import { type Clock, errorCode } from '@mdns-ambassador/relay';
import { classifyDialFailure } from '../engines/dial-failure.ts';
import { type DialFailure, isSilence, mayBePartial } from '../pool/dial-failure.ts';
import type { Endpoint } from '../pool/endpoint.ts';
import { dialAnyAddress } from './dial-endpoint.ts';
import type { OwnLinks } from './own-links.ts';

/** How often doubtful endpoints are looked for. */
const LOOK_MS = 1_000;
/** The kernel needs 3 s to find out that an address of this link is nobody's (RFC 4861 10, and as long for ARP). */
const PROBE_TIMEOUT_MS = 4_000;
/** An endpoint that answered is not probed again so soon. */
const TRUST_MS = 30_000;

export interface EndpointProbesOptions {
  /** Endpoints that carry connections and may be gone, also such as the pool has forgotten. */
  readonly listDoubtful: () => readonly Endpoint[];
  readonly dial: DialService;
  readonly links: OwnLinks;
  readonly clock: Clock;
  /** `failure` is undefined for one that accepted the connection, which was closed at once. Never called after `close`. */
  readonly onProbed: (endpoint: Endpoint, failure: DialFailure | undefined) => void;
}

/**
 * A host that vanishes while data are on their way to it is noticed by TCP after a quarter of an hour. Dials endpoints that are
 * in doubt beside their connections, so that it is known in seconds whose connections to look at. Sends nothing while nobody is
 * in doubt.
 */
export class EndpointProbes {
  readonly #options: EndpointProbesOptions;
  readonly #running = new Map<string, AbortController>();
  readonly #trustedUntil = new Map<string, number>();
  #cancel: (() => void) | undefined;
  #isClosed = false;

  constructor(options: EndpointProbesOptions) {
    this.#options = options;
  }

  /** The proxy carries connections: looks for endpoints in doubt until `rest`. */
  wake(): void {
    if (this.#isClosed) return;
    this.#cancel ??= this.#options.clock.after(LOOK_MS, this.#look);
  }

  /** The proxy carries no connections any more. */
  rest(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#trustedUntil.clear();
  }

  close(): void {
    this.#isClosed = true;
    this.rest();
    for (const abort of this.#running.values()) abort.abort();
    this.#running.clear();
  }

  readonly #look = (): void => {
    this.#cancel = undefined;
    // Before anybody is in doubt: a link that was never seen can't be missed.
    const now = this.#options.links.look(LOOK_MS);
    for (const endpoint of this.#options.listDoubtful()) {
      const isTrusted = now < (this.#trustedUntil.get(endpoint.id) ?? Number.NEGATIVE_INFINITY);
      if (!isTrusted && !this.#running.has(endpoint.id)) void this.#probe(endpoint);
    }
    this.wake();
  };

  async #probe(endpoint: Endpoint): Promise<void> {
    const { clock, dial, links, onProbed } = this.#options;
    const abort = new AbortController();
    this.#running.set(endpoint.id, abort);
    const cancel = clock.after(PROBE_TIMEOUT_MS, () => abort.abort());
    const since = links.look();
    const met = await dialOnce(endpoint, dialAnyAddress(endpoint, dial, clock), abort.signal);
    cancel();
    const saysNothing = isSilence(met) || (met !== undefined && mayBePartial(met, endpoint));
    const failure = saysNothing && (await links.wereCutOff(endpoint.addresses, since)) ? 'local' : met;
    if (this.#isClosed) return;
    this.#running.delete(endpoint.id);
    if (failure === undefined) this.#trustedUntil.set(endpoint.id, clock.now() + TRUST_MS);
    onProbed(endpoint, failure);
  }
}

async function dialOnce(
  { addresses: [address = ''], port }: Endpoint,
  dial: DialService,
  signal: AbortSignal,
): Promise<DialFailure | undefined> {
  try {
    const connection = await dial({ kind: 'tcp', address, port }, signal);
    connection.on('error', () => undefined).destroy();
    return undefined;
  } catch (error) {
    return signal.aborted ? 'timeout' : classifyDialFailure(errorCode(error));
  }
}
