import { computeLookDelayMs, computeLookTimeoutMs, LookLoop, type LookResult } from '@mdns-ambassador/checks';
import type { Clock } from '@mdns-ambassador/relay';
import type { AnnouncementOptions } from './announcement-options.ts';
import { INITIAL_HEALTH, observeOutcome, type ServiceHealth } from './health.ts';
import type { Host } from './host.ts';
import { LiveCheck } from './live-check.ts';
import { ServiceCheck, type ServiceFinding } from './service-check.ts';

/** What one look found, and whether the service counts as up after it. */
export interface Observation {
  readonly finding: ServiceFinding;
  /** Whether enough looks in a row have passed; `wasUp`: before this one. */
  readonly isUp: boolean;
  readonly wasUp: boolean;
}

export interface ServiceWatchOptions {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly host: Host;
  readonly options: () => AnnouncementOptions;
  /** Takes in what a look found; resolves with whether the service is to be looked at again. One call at a time, none after `stop`. */
  readonly takeIn: (observation: Observation) => Promise<boolean>;
}

/** Looks at a service again and again, and knows where it was found. */
export class ServiceWatch {
  readonly #options: ServiceWatchOptions;
  #check: ServiceCheck;
  #loop: LookLoop<ServiceFinding>;
  /** Where the service was found up last: since its options changed it may be looked for elsewhere. */
  #found: ServiceCheck;
  #live: LiveCheck | undefined;
  #health: ServiceHealth = INITIAL_HEALTH;
  /** Looks in a row that did not find it up. */
  #failures = 0;

  constructor(options: ServiceWatchOptions) {
    this.#options = options;
    this.#check = this.#createCheck();
    this.#found = this.#check;
    this.#live = createLiveCheck(this.#check);
    this.#loop = this.#createLoop(this.#check);
  }

  get found(): ServiceCheck {
    return this.#found;
  }

  /** Whether it is looked for elsewhere, or in another way, than where it was found. */
  get isElsewhere(): boolean {
    return this.#found !== this.#check;
  }

  /** Takes the first look at once. Once, and after each `change`. */
  start(): void {
    this.#loop.start();
  }

  /** No look ends after this. Idempotent. */
  stop(): void {
    this.#loop.stop();
    this.#check.close();
  }

  /** Looks as the options say now; where it was found counts until `follow`. */
  change(): void {
    this.stop();
    this.#check = this.#createCheck();
    this.#loop = this.#createLoop(this.#check);
  }

  /** The service is where it was looked for last. */
  follow(): void {
    this.#found = this.#check;
    this.#live = createLiveCheck(this.#check);
  }

  /** Whether it answers now, as far as that can be asked. Never rejects. */
  async isAlive(): Promise<boolean> {
    return (await this.#live?.ask()) ?? true;
  }

  #createCheck(): ServiceCheck {
    const { clock, host, options } = this.#options;
    return new ServiceCheck(options(), host, clock);
  }

  #createLoop(check: ServiceCheck): LookLoop<ServiceFinding> {
    const { clock, options } = this.#options;
    return new LookLoop({
      clock,
      timeoutMs: computeLookTimeoutMs(options().checkIntervalMs),
      look: (signal) => check.look(signal),
      takeIn: (finding) => this.#takeIn(finding),
    });
  }

  async #takeIn(finding: ServiceFinding): Promise<number | undefined> {
    const { options, random, takeIn } = this.#options;
    const wasUp = this.#health.isUp;
    this.#health = observeOutcome(this.#health, finding.kind === 'up', options());
    if (!(await takeIn({ finding, wasUp, isUp: this.#health.isUp }))) return undefined;
    return computeLookDelayMs(this.#judge(finding), options().checkIntervalMs, random());
  }

  /** How soon it is worth looking again. */
  #judge(finding: ServiceFinding): LookResult {
    this.#failures = finding.kind === 'up' ? 0 : this.#failures + 1;
    if (this.#health.isUp) return { kind: 'up' };
    const isUnwell = finding.kind === 'down' && !finding.isAbsent;
    return isUnwell ? { kind: 'unwell', failures: this.#failures } : { kind: 'absent' };
  }
}

function createLiveCheck({ question }: ServiceCheck): LiveCheck | undefined {
  return question === undefined ? undefined : new LiveCheck(question);
}
