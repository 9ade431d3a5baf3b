import { EMPTY_QUERY, type Message } from '../../wire/message.ts';
import type { Name } from '../../wire/name.ts';
import { type ResourceRecord, TYPE_ANY } from '../../wire/record.ts';
import { compareProposals } from './tiebreak.ts';

/** RFC 6762 8.1 */
const PROBE_COUNT = 3;
const PROBE_INTERVAL_MS = 250;
/** RFC 6762 8.1: the first probe waits a random time of up to this. */
export const MAX_PROBE_DELAY_MS = 250;
/** RFC 6762 8.2: whoever loses a tiebreak tries again after this. */
const TIEBREAK_PAUSE_MS = 1_000;

export type ProbeState =
  | { readonly kind: 'waiting'; readonly until: number }
  | { readonly kind: 'probing'; readonly sent: number; readonly nextAt: number }
  /** A tiebreak was lost: another host has the name soon, or its probe was an echo of our own. */
  | { readonly kind: 'deferring'; readonly until: number }
  | { readonly kind: 'claimed' }
  | { readonly kind: 'lost' };

/** What an `advance` did. */
export type ProbeStep = 'send' | 'claimed' | 'none';

/**
 * The claim to one name and the records proposed for it (RFC 6762 8.1): three probes, 250 ms apart, and 250 ms of silence after
 * the last. Whoever drives it says what was heard.
 */
export class Probe {
  readonly name: Name;
  /** Deaf to rivals and owners: the name is kept whatever others say. */
  insists: boolean;
  #proposed: readonly ResourceRecord[];
  #state: ProbeState;

  constructor(name: Name, proposed: readonly ResourceRecord[], startAt: number, insists = false) {
    this.name = name;
    this.#proposed = proposed;
    this.insists = insists;
    this.#state = { kind: 'waiting', until: startAt };
  }

  get state(): ProbeState {
    return this.#state;
  }

  /** The records that belong into the authority section of a probe. */
  get proposed(): readonly ResourceRecord[] {
    return this.#proposed;
  }

  /** New data for the name; the probes that are still to be sent carry it. */
  propose(records: readonly ResourceRecord[]): void {
    this.#proposed = records;
  }

  /** Claims the name anew: it was contested (RFC 6762 9), or the link may be another one (8.3). Not when it is lost. */
  restart(startAt: number): void {
    if (this.#state.kind !== 'lost') this.#state = { kind: 'waiting', until: startAt };
  }

  /** Does one step of what is due. `send`: the driver sends a probe now. `claimed`: the name is ours from now on. */
  advance(now: number): ProbeStep {
    if (this.deadline() > now) return 'none';
    const sent = this.#state.kind === 'probing' ? this.#state.sent : 0;
    if (sent === PROBE_COUNT) {
      this.#state = { kind: 'claimed' };
      return 'claimed';
    }
    this.#state = { kind: 'probing', sent: sent + 1, nextAt: now + PROBE_INTERVAL_MS };
    return 'send';
  }

  deadline(): number {
    switch (this.#state.kind) {
      case 'waiting':
      case 'deferring':
        return this.#state.until;
      case 'probing':
        return this.#state.nextAt;
      case 'claimed':
      case 'lost':
        return Number.POSITIVE_INFINITY;
      default:
        return this.#state satisfies never;
    }
  }

  /**
   * Another host answered for the name with other data. True when the name is lost by that: only from the first probe on (RFC
   * 6762 8.1), since what comes before may answer something that is long over.
   */
  lose(): boolean {
    const { kind } = this.#state;
    if ((kind !== 'probing' && kind !== 'deferring') || this.insists) return false;
    this.#state = { kind: 'lost' };
    return true;
  }

  /**
   * Another host probes for the name. RFC 6762 8.2: the lexicographically later proposal wins; who loses waits a second, after
   * which a real winner answers and a stale packet of our own, echoed by the network, is gone. The same proposal is no rival.
   */
  compete(theirs: readonly ResourceRecord[], now: number): void {
    if (this.#state.kind !== 'probing' || this.insists) return;
    if (compareProposals(this.#proposed, theirs) >= 0) return;
    this.#state = { kind: 'deferring', until: now + TIEBREAK_PAUSE_MS };
  }
}

/**
 * One query that probes for several names: ANY, with the proposed records as authorities (RFC 6762 8.1, 8.2). The RFC would have the QU
 * bit set; but port 5353 is often shared, and the unicast answer then goes to whichever process of the host bound it last. An
 * answer that we never see would make us take a name that has an owner, so the answer is to be multicast.
 */
export function composeProbe(probes: readonly Probe[]): Message {
  const questions = probes.map(({ name }) => ({ name, type: TYPE_ANY, unicast: false }));
  return { ...EMPTY_QUERY, questions, authorities: probes.flatMap(({ proposed }) => proposed) };
}
