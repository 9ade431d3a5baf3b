import { CONNECTION_SECONDS, Histogram, type HistogramView, type Splice } from '@mdns-ambassador/relay';

/**
 * Why a connection was not carried: it came in by an address that is not announced; no place was left; it would not have
 * been served in time; who came is no member that may; the
 * service could not be reached; a prologue failed, or refused it.
 */
type IngressRefusal = 'not-announced' | 'full' | 'overload' | 'stranger' | 'down' | 'introduction';

/** What an ingress has carried and refused. */
export interface IngressTraffic {
  readonly active: number;
  /** Those that were refused are among them. */
  readonly accepted: number;
  readonly refused: Readonly<Record<IngressRefusal, number>>;
  /** From clients to the service, and back; of open connections too. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** How long connections that have ended were carried. */
  readonly connectionSeconds: HistogramView;
}

/** Counts what comes to one service by its ingress. */
export class IngressTally {
  readonly #carried = new Set<Splice>();
  readonly #durations = new Histogram(CONNECTION_SECONDS);
  readonly #refused: Record<IngressRefusal, number> = {
    'not-announced': 0,
    full: 0,
    overload: 0,
    stranger: 0,
    down: 0,
    introduction: 0,
  };
  #accepted = 0;
  #bytesUp = 0;
  #bytesDown = 0;

  accept(): void {
    this.#accepted += 1;
  }

  refuse(why: IngressRefusal): void {
    this.#refused[why] += 1;
  }

  /** The returned function says that it has ended, after so many milliseconds. Call it once. */
  carry(splice: Splice): (durationMs: number) => void {
    this.#carried.add(splice);
    return (durationMs) => {
      this.#carried.delete(splice);
      this.#bytesUp += splice.bytesUp;
      this.#bytesDown += splice.bytesDown;
      this.#durations.observe(durationMs / 1_000);
    };
  }

  view(): IngressTraffic {
    let [bytesUp, bytesDown] = [this.#bytesUp, this.#bytesDown];
    for (const splice of this.#carried) {
      bytesUp += splice.bytesUp;
      bytesDown += splice.bytesDown;
    }
    return {
      active: this.#carried.size,
      accepted: this.#accepted,
      refused: { ...this.#refused },
      bytesUp,
      bytesDown,
      connectionSeconds: this.#durations.view(),
    };
  }
}
