import type { Clock, Random } from '@mdns-ambassador/mdns';
import { Recent } from '@mdns-ambassador/relay';
import { PeerLink } from './link/peer-link.ts';
import type { PeerTransport } from './link/peer-stream.ts';
import { reach } from './link/reach.ts';
import type { PeerPlace } from './rules/line.ts';
import { Rate } from './rules/rate.ts';
import { SILENCE_MS } from './rules/table.ts';
import { ViewTeller } from './view-teller.ts';
import { describeVisit } from './visit-hello.ts';

/** Who looks is called at, so many at once; how many in all, and a second: anybody on the link can write that he looks. */
const MAX_CALLS = 8;
const CALLS = { burst: 8, perSecond: 1 };
const MAX_CALLED = 64;
/** Nobody is called at twice within so long. */
const AGAIN_MS = 10_000;

export interface ViewCallsOptions {
  /** Of the program. */
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Reaches members of the mesh who may have peer links, and nobody else. */
  readonly transport: Pick<PeerTransport, 'dial'>;
  /** What this process shows. */
  readonly describe: () => Promise<object>;
}

/** Shows this process to those who say that they look, over links that it makes for that: for who listens nowhere. It is told of nothing there. */
export class ViewCalls {
  readonly #options: ViewCallsOptions;
  /** By who looks there; undefined while it is dialled. */
  readonly #calls = new Map<string, PeerLink | undefined>();
  readonly #called = new Recent<string, number>(MAX_CALLED);
  readonly #rate = new Rate(CALLS.perSecond, CALLS.burst);
  #cancelWatch: (() => void) | undefined;

  constructor(options: ViewCallsOptions) {
    this.#options = options;
  }

  /** Somebody, `looker`, says that he looks, and listens there. Within bounds, whoever says it. */
  call(place: PeerPlace, looker: string): void {
    const now = this.#options.clock.now();
    if (this.#calls.has(looker) || this.#calls.size >= MAX_CALLS) return;
    if (now - (this.#called.get(looker) ?? Number.NEGATIVE_INFINITY) < AGAIN_MS) return;
    if (!this.#rate.take(1, now)) return;
    this.#called.set(looker, now);
    this.#calls.set(looker, undefined);
    void this.#show(place, looker);
  }

  /** Ends every call. Idempotent. */
  close(): void {
    for (const link of this.#calls.values()) void link?.close();
    this.#calls.clear();
    this.#cancelWatch?.();
    this.#cancelWatch = undefined;
  }

  async #show(place: PeerPlace, looker: string): Promise<void> {
    const { version, clock, random } = this.#options;
    const stream = await reach(place, this.#options);
    if (stream === undefined || !this.#calls.has(looker)) {
      stream?.destroy();
      this.#calls.delete(looker);
      return;
    }
    const link: PeerLink = new PeerLink(stream, describeVisit(version, clock, random), {
      isOurs: true,
      now: () => clock.now(),
      events: {
        greeted: () => undefined,
        line: (line) => {
          if (line.kind === 'look') this.#answer(teller);
        },
        ended: () => this.#calls.delete(looker),
      },
    });
    const teller = new ViewTeller(link);
    this.#calls.set(looker, link);
    this.#watch();
  }

  #answer(teller: ViewTeller): void {
    const { describe, clock } = this.#options;
    if (teller.mayLook(clock.now())) teller.answer(describe);
  }

  /** Hangs up on those who are silent. */
  #watch(): void {
    this.#cancelWatch ??= this.#options.clock.after(SILENCE_MS / 2, () => {
      this.#cancelWatch = undefined;
      for (const link of [...this.#calls.values()]) link?.advance(this.#options.clock.now());
      if (this.#calls.size > 0) this.#watch();
    });
  }
}
