import type { Random } from '@mdns-ambassador/mdns';
import { readSystemInterfaces } from '@mdns-ambassador/mdns';
import type { Clock } from '@mdns-ambassador/relay';
import type { BalancerName } from '../pool/balancer.ts';
import type { EndpointStatus } from '../pool/endpoint.ts';
import type { MergeMode } from '../pool/merge.ts';
import { Pool } from '../pool/pool.ts';
import type { MeasureDistance } from '../pool/priority.ts';
import type { Preference } from '../proxy-options.ts';
import { measureFrom } from '../sources/distance.ts';
import type { Source } from '../sources/source.ts';

export interface EndpointWatchOptions {
  /** In the order written. They are started and closed here. */
  readonly sources: readonly Source[];
  readonly merge: MergeMode;
  readonly balance: BalancerName;
  /** As a proxy prefers. Absent: `none`. */
  readonly prefer?: Preference | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** What `endpoints` returns may be another list now. Never called after `close`. */
  readonly onChange?: () => void;
}

/**
 * Once something was found, this long without a change ends the search: an mDNS answer comes within 120 ms (RFC 6762 6), and
 * the answer to a follow-up question within 120 ms of that.
 */
export const QUIET_MS = 250;

/** The endpoints of one service as its sources tell them, for those who don't dial them here. */
export class EndpointWatch {
  readonly #options: EndpointWatchOptions;
  readonly #pool: Pool;
  /** Called on each change while somebody waits for the search to settle. */
  readonly #settling = new Set<() => void>();
  #cancelAlarm: () => void = () => undefined;
  #isClosed = false;

  constructor(options: EndpointWatchOptions) {
    const { sources, merge, balance, random, prefer } = options;
    const distances = prefer === 'local' ? (): MeasureDistance => measureFrom(readSystemInterfaces() ?? {}) : undefined;
    this.#options = options;
    this.#pool = new Pool({ sources: sources.map(({ name }) => name), merge, balance, random, distances });
  }

  /** Starts the sources. Called once. */
  async start(): Promise<void> {
    for (const source of this.#options.sources) {
      await source.start((update) => {
        if (this.#isClosed) return;
        this.#takeIn(this.#pool.apply(source.name, update, this.#options.clock.now()).length > 0);
      });
    }
  }

  /** In the order in which one client would try them. */
  endpoints(): readonly EndpointStatus[] {
    const statusById = new Map(this.#pool.snapshot().map((status) => [status.id, status]));
    return this.#pool.order(this.#options.clock.now()).flatMap(({ id }) => statusById.get(id) ?? []);
  }

  /** Resolves after `timeoutMs`, earlier once something was found and nothing changed for `quietMs`. */
  async settle(timeoutMs: number, quietMs: number = QUIET_MS): Promise<void> {
    const { clock } = this.#options;
    await new Promise<void>((resolve) => {
      let cancelQuiet = (): void => undefined;
      const finish = (): void => {
        cancelTimeout();
        cancelQuiet();
        this.#settling.delete(look);
        resolve();
      };
      const look = (): void => {
        cancelQuiet();
        if (this.#isClosed) finish();
        else if (this.#pool.hasEndpoint()) cancelQuiet = clock.after(quietMs, finish);
      };
      const cancelTimeout = clock.after(timeoutMs, finish);
      this.#settling.add(look);
      look();
    });
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelAlarm();
    for (const look of [...this.#settling]) look();
    await Promise.all(this.#options.sources.map((source) => source.close()));
  }

  #takeIn(isChanged: boolean): void {
    this.#cancelAlarm();
    const { clock, onChange } = this.#options;
    const delayMs = this.#pool.nextDeadline() - clock.now();
    if (Number.isFinite(delayMs)) {
      this.#cancelAlarm = clock.after(Math.max(0, delayMs), () =>
        this.#takeIn(this.#pool.advance(clock.now()).length > 0),
      );
    }
    if (!isChanged) return;
    for (const look of [...this.#settling]) look();
    onChange?.();
  }
}
