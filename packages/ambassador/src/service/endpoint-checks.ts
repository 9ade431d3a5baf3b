import {
  type Check,
  type CheckFault,
  type CheckOutcome,
  computeLookDelayMs,
  computeLookTimeoutMs,
  LookLoop,
} from '@mdns-ambassador/checks';
import type { Random } from '@mdns-ambassador/mdns';
import type { Clock } from '@mdns-ambassador/relay';
import { mayBePartial } from '../pool/dial-failure.ts';
import type { Endpoint } from '../pool/endpoint.ts';
import type { AdmitDial } from './dial-endpoint.ts';
import type { OwnLinks } from './own-links.ts';

export interface EndpointChecksOptions {
  /** A check that looks at this endpoint, by dials that `admitDial` allows. */
  readonly create: (endpoint: Endpoint, admitDial: AdmitDial) => Check;
  /** Whether the endpoint of this id may be dialled now; the returned function says that somebody answered. */
  readonly admitDial: (id: string) => ReturnType<AdmitDial>;
  readonly intervalMs: number;
  readonly links: OwnLinks;
  readonly clock: Clock;
  readonly random: Random;
  /** Never called after `remove` of that endpoint, nor after `close`. */
  readonly onOutcome: (id: string, outcome: CheckOutcome) => void;
}

/** A command may have met silence. */
const MET_NOBODY: ReadonlySet<CheckFault> = new Set<CheckFault>(['silent', 'unreachable', 'command']);

/** Looks at every endpoint again and again, from the moment it is there. Bounded by the pool that it follows. */
export class EndpointChecks {
  readonly #options: EndpointChecksOptions;
  readonly #loops = new Map<string, LookLoop<CheckOutcome>>();

  constructor(options: EndpointChecksOptions) {
    this.#options = options;
  }

  /** A new endpoint, or what has become of one. */
  set(endpoint: Endpoint): void {
    const { create, admitDial, intervalMs, links, clock, random, onOutcome } = this.#options;
    this.remove(endpoint.id);
    const check = create(endpoint, () => admitDial(endpoint.id));
    let failures = 0;
    const loop = new LookLoop<CheckOutcome>({
      clock,
      timeoutMs: computeLookTimeoutMs(intervalMs),
      look: async (signal) => {
        const since = links.look();
        const outcome = judgeDenial(await check.run(signal));
        const isCutOff = saysNothing(outcome, endpoint) && (await links.wereCutOff(endpoint.addresses, since));
        return isCutOff ? { ok: false, reason: 'this machine had no link to it', fault: 'local' } : outcome;
      },
      takeIn: async (outcome) => {
        onOutcome(endpoint.id, outcome);
        failures = outcome.ok ? 0 : failures + 1;
        return computeLookDelayMs(outcome.ok ? { kind: 'up' } : { kind: 'unwell', failures }, intervalMs, random());
      },
    });
    this.#loops.set(endpoint.id, loop);
    loop.start();
  }

  remove(id: string): void {
    this.#loops.get(id)?.stop();
    this.#loops.delete(id);
  }

  close(): void {
    for (const id of [...this.#loops.keys()]) this.remove(id);
  }
}

/** Whom it does not let in are we: it serves none of our clients, however well it is. */
function judgeDenial(outcome: CheckOutcome): CheckOutcome {
  const { denial } = outcome;
  return outcome.ok && denial !== undefined ? { ok: false, reason: denial.reason } : outcome;
}

/** Of the endpoint, where this machine was cut off from it. */
function saysNothing(outcome: CheckOutcome, endpoint: Endpoint): boolean {
  if (outcome.ok || outcome.fault === undefined) return false;
  return MET_NOBODY.has(outcome.fault) || (outcome.fault === 'absent' && mayBePartial('refused', endpoint));
}
