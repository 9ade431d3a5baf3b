import { Recent } from '@mdns-ambassador/relay';
import { PeerLink } from './link/peer-link.ts';
import type { PeerTransport } from './link/peer-stream.ts';
import { reach } from './link/reach.ts';
import type { PeerPlace } from './rules/line.ts';
import { Rate } from './rules/rate.ts';
import { SilenceWatch } from './silence-watch.ts';
import { ViewLookers } from './view-lookers.ts';
import { ViewTeller } from './view-teller.ts';
import { describeVisit, type ViewVisitor } from './visit-hello.ts';

/** Who looks is called at, so many at once; how many in all, and a second: anybody on the link can write that he looks. */
const MAX_CALLS = 8;
const CALLS = { burst: 8, perSecond: 1 };
const MAX_CALLED = 64;
/** Nobody is called at twice within so long. */
const AGAIN_MS = 10_000;

export interface ViewCallsOptions extends ViewVisitor {
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
  readonly #watch: SilenceWatch;
  readonly #lookers: ViewLookers;
  readonly #ended = new AbortController();

  constructor(options: ViewCallsOptions) {
    this.#options = options;
    this.#lookers = new ViewLookers(options.clock, options.describe);
    this.#watch = new SilenceWatch(options.clock, () => [...this.#calls.values()].filter((link) => link !== undefined));
  }

  /** Somebody, `looker`, says that he looks, and listens there. Within bounds, whoever says it; nobody is called at after `close`. */
  call(place: PeerPlace, looker: string): void {
    if (this.#ended.signal.aborted) return;
    const now = this.#options.clock.now();
    if (this.#calls.has(looker) || this.#calls.size >= MAX_CALLS) return;
    if (now - (this.#called.get(looker) ?? Number.NEGATIVE_INFINITY) < AGAIN_MS) return;
    if (!this.#rate.take(1, now)) return;
    this.#called.set(looker, now);
    this.#calls.set(looker, undefined);
    void this.#show(place, looker);
  }

  /** What this process shows is another now, in more than its numbers. */
  change(): void {
    this.#lookers.change();
  }

  /** Ends every call, and those that are dialled. Idempotent. */
  close(): void {
    this.#ended.abort();
    this.#lookers.close();
    for (const link of this.#calls.values()) void link?.close();
    this.#calls.clear();
    this.#watch.close();
  }

  async #show(place: PeerPlace, looker: string): Promise<void> {
    const { clock } = this.#options;
    const stream = await reach(place, this.#options, this.#ended.signal);
    if (stream === undefined || !this.#calls.has(looker)) {
      stream?.destroy();
      this.#calls.delete(looker);
      return;
    }
    const link: PeerLink = new PeerLink(stream, describeVisit(this.#options), {
      isOurs: true,
      now: () => clock.now(),
      events: {
        greeted: () => undefined,
        line: (line) => {
          if (line.kind === 'look') this.#lookers.answer(teller);
        },
        ended: () => this.#calls.delete(looker),
      },
    });
    const teller = new ViewTeller(link);
    this.#calls.set(looker, link);
    this.#watch.start();
  }
}
