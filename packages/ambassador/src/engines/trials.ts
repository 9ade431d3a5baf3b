import { startDial } from '@mdns-ambassador/relay';
import type { Endpoint } from '../pool/endpoint.ts';
import { classifyDialFailure } from './dial-failure.ts';
import type { DialFailure, EndpointPicker } from './engine.ts';

const DIAL_MS = 1_000;

type TrialVerdict =
  | { readonly kind: 'answers'; readonly address: string; readonly latencyMs: number }
  | { readonly kind: 'failed'; readonly failure: DialFailure };

/**
 * Who carries the bytes says that an endpoint fails, and not why: a dial from here finds that out, at all of its addresses, and the
 * pool is told.
 */
export class Trials {
  readonly #picker: Pick<EndpointPicker, 'dialSucceeded' | 'dialFailed'>;
  readonly #running = new Map<string, () => void>();
  /** By endpoint: the address that answered. */
  readonly #answered = new Map<string, string>();

  constructor(picker: Pick<EndpointPicker, 'dialSucceeded' | 'dialFailed'>) {
    this.#picker = picker;
  }

  /** The address of the endpoint that answered last, if it was tried. */
  addressOf({ id, addresses }: Endpoint): string | undefined {
    const address = this.#answered.get(id);
    return address !== undefined && addresses.includes(address) ? address : undefined;
  }

  /** One at a time for each endpoint. */
  start(endpoint: Endpoint): void {
    if (this.#running.has(endpoint.id)) return;
    const giveUp = dialAll(endpoint, (verdict) => {
      this.#running.delete(endpoint.id);
      if (verdict.kind === 'answers') {
        this.#answered.set(endpoint.id, verdict.address);
        this.#picker.dialSucceeded(endpoint.id, verdict.latencyMs);
      } else {
        this.#picker.dialFailed(endpoint.id, verdict.failure);
      }
    });
    this.#running.set(endpoint.id, giveUp);
  }

  /** Forgets endpoints that are no more. */
  keepOnly(ids: ReadonlySet<string>): void {
    for (const id of this.#answered.keys()) if (!ids.has(id)) this.#answered.delete(id);
  }

  close(): void {
    for (const giveUp of this.#running.values()) giveUp();
    this.#running.clear();
  }
}

/** Dials every address at once; tells once, and not after the returned function was called. */
function dialAll({ addresses, port }: Endpoint, onVerdict: (verdict: TrialVerdict) => void): () => void {
  const startedAt = performance.now();
  let left = addresses.length;
  const giveUps: (() => void)[] = [];
  const giveUp = (): void => {
    for (const stop of giveUps) stop();
  };
  for (const address of addresses) {
    const stop = startDial({ kind: 'tcp', address, port }, DIAL_MS, (result) => {
      left -= 1;
      if (result.kind === 'connected') {
        result.socket.on('error', () => undefined).destroy();
        giveUp();
        onVerdict({ kind: 'answers', address, latencyMs: performance.now() - startedAt });
      } else if (left === 0) {
        onVerdict({ kind: 'failed', failure: classifyDialFailure(result.error.code) });
      }
    });
    giveUps.push(stop);
  }
  return giveUp;
}
