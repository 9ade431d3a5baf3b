import { type CheckOutcome, type CheckTools, createCheck, dialSaying } from '@mdns-ambassador/checks';
import { isSameService, type NetworkInterface, nameOf } from '@mdns-ambassador/mdns';
import {
  type Clock,
  formatTarget,
  isLoopback,
  LOCAL_HEADER,
  stripZone,
  type Target,
  type TcpTarget,
} from '@mdns-ambassador/relay';
import { abandonOnAbort } from './abandon-on-abort.ts';
import type { AnnouncementOptions } from './announcement-options.ts';
import { AnnouncerError, LoopbackOnlyError } from './announcer-error.ts';
import type { Host } from './host.ts';
import { familyOf, listDialableAddresses, listServiceTargets } from './local-targets.ts';
import { ReachSurvey } from './reach-survey.ts';
import { findTarget, type InterfaceTarget, judgeReachability, type Reachability } from './reachability.ts';
import { resolveServiceHost, type ServiceHost } from './service-host.ts';
import { createTargetCheck, type TargetCheck } from './target-check.ts';

/** A service may bind loopback first and the LAN an instant later: only what is seen this often in a row is refused. */
const LOOKS_UNTIL_REFUSED = 2;

export type ServiceFinding =
  /** `interfaces`: those from which it can be reached; absent: all. `doubt`: why those who come there may be turned away. */
  | { readonly kind: 'up'; readonly interfaces?: readonly string[]; readonly doubt?: string }
  /** `isAbsent`: nobody is there who could be disturbed by looks. */
  | { readonly kind: 'down'; readonly reason: string; readonly isAbsent: boolean }
  /** The service answers, and no other machine can reach it; the next look decides whether it is refused. */
  | { readonly kind: 'unreachable'; readonly reason: string }
  | { readonly kind: 'refused'; readonly error: AnnouncerError };

/** Looks where a service listens, whether its check passes, and from which interfaces it can be reached. */
export class ServiceCheck {
  readonly #options: AnnouncementOptions;
  readonly #host: Host;
  #serviceHost: ServiceHost | undefined;
  #targets: readonly TcpTarget[] = [];
  /** Where the service answered last; forgotten when it fails. */
  #target: TcpTarget | undefined;
  /** What is found for these interfaces; forgotten when the service fails. */
  #survey: ReachSurvey | undefined;
  #unreachableLooks = 0;
  readonly #tools: CheckTools;
  readonly #checkTarget: TargetCheck;
  readonly #clock: Clock;

  constructor(options: AnnouncementOptions, host: Host, clock: Clock) {
    this.#options = options;
    this.#host = host;
    this.#clock = clock;
    this.#tools = {
      dial:
        options.sendProxy === true
          ? dialSaying(LOCAL_HEADER, (...to) => host.dial(...to))
          : (...to) => host.dial(...to),
      runShell: (...call) => host.runShell(...call),
    };
    this.#checkTarget = createTargetCheck(options.onDemand ?? options, this.#tools);
  }

  /** Where to dial the service, best first. Empty until a look has found out. */
  get targets(): readonly Target[] {
    return this.#target === undefined ? this.#targets : [this.#target];
  }

  /**
   * Whether the service answers the question that its check asks; undefined where the check asks none that a frozen service would
   * leave unanswered, or costs a process of its own.
   */
  get question(): ((signal: AbortSignal) => Promise<CheckOutcome>) | undefined {
    const { check, isCheckGuessed } = this.#options;
    if (isCheckGuessed === true) return undefined;
    switch (check.kind) {
      case 'tcp':
      case 'exec':
      case 'none':
      // Each question leaves a line in their logs.
      case 'mysql':
      case 'ssh':
        return undefined;
      default:
        return (signal) => this.#ask(signal);
    }
  }

  /** Looks once. Never rejects; resolves soon after `signal` aborts. Runs must not overlap. */
  async look(signal: AbortSignal): Promise<ServiceFinding> {
    const serviceHost = await this.#resolveHost(signal);
    if (serviceHost === undefined) {
      return this.#fail(`host "${this.#options.host}" can't be resolved: check the name or give an address`, true);
    }
    if (serviceHost.kind === 'elsewhere' && !this.#options.relay)
      return { kind: 'refused', error: this.#refuseElsewhere() };
    const interfaces = this.#host.interfaces();
    const { checkAt, port, family } = this.#options;
    this.#targets = checkAt
      ? [{ kind: 'tcp', ...checkAt }]
      : listServiceTargets(serviceHost, port, interfaces, this.#host.platform, family);
    const proxied = await this.#leaveOutProxied();
    if (proxied !== undefined && this.#targets.length === 0) return this.#fail(proxied, true);
    const outcome = await this.#check(signal);
    if (!outcome.ok)
      return this.#fail(proxied ?? outcome.reason, outcome.fault === 'absent' || outcome.fault === 'local');
    if (this.#options.relay || this.#target === undefined)
      return { kind: 'up', ...(outcome.denial === undefined ? {} : { doubt: outcome.denial.reason }) };
    return this.#judge(await this.#measureReach(serviceHost, interfaces, signal), interfaces);
  }

  /** Whether the service answers where it is looked for. Never rejects; resolves soon after `signal` aborts. */
  async isUp(signal: AbortSignal): Promise<boolean> {
    return (await findTarget(this.#targets, this.#checkTarget, signal, this.#clock)).outcome.ok;
  }

  /** Ends what outlives a look. Idempotent. */
  close(): void {
    this.#forgetReach();
  }

  /** Whether who dials there would reach a proxy of this very service, which would send him back. Never rejects. */
  async leadsBack(target: Target): Promise<boolean> {
    const proxied = await this.#host.findProxy(target);
    return proxied !== undefined && isSameService(proxied.toLowerCase(), nameOf(this.#options));
  }

  /** Why a place was left out; undefined where none was. */
  async #leaveOutProxied(): Promise<string | undefined> {
    const leadBack = await Promise.all(this.#targets.map((target) => this.leadsBack(target)));
    const [proxied] = this.#targets.filter((_, index) => leadBack[index]);
    if (proxied === undefined) return undefined;
    this.#targets = this.#targets.filter((_, index) => !leadBack[index]);
    const remembered = this.#target;
    if (remembered !== undefined && !this.#targets.some((one) => formatTarget(one) === formatTarget(remembered))) {
      this.#target = undefined;
      this.#forgetReach();
    }
    return `a proxy of ${this.#options.service} listens on ${formatTarget(proxied)}, and the service itself can't: give one of them another port`;
  }

  async #ask(signal: AbortSignal): Promise<CheckOutcome> {
    const [target] = this.targets;
    if (target === undefined) return { ok: false, reason: 'the service has not been found yet' };
    return createCheck(this.#options.check, target, this.#tools).run(signal);
  }

  /** Asks again only after a failure: a resolver that is slow or gone does not take down a service that answers. */
  async #resolveHost(signal: AbortSignal): Promise<ServiceHost | undefined> {
    try {
      this.#serviceHost ??= await abandonOnAbort(resolveServiceHost(this.#options.host, this.#host), signal);
    } catch {
      this.#serviceHost = undefined;
    }
    return this.#serviceHost;
  }

  async #check(signal: AbortSignal): Promise<CheckOutcome> {
    const { check } = this.#options;
    const target = this.#target ?? this.#targets[0];
    if (target === undefined) return { ok: false, reason: `host "${this.#options.host}" has no address` };
    if (check.kind !== 'none' && check.kind !== 'exec') return await this.#locate(signal);
    const outcome = await createCheck(check, target, this.#tools).run(signal);
    // Such a service need not speak TCP at all: that nothing answers is no failure, only where it answers matters.
    if (outcome.ok && this.#target === undefined) await this.#locate(signal);
    return outcome;
  }

  /** Looks where the service was well last, or finds where it is. */
  async #locate(signal: AbortSignal): Promise<CheckOutcome> {
    const targets = this.#target === undefined ? this.#targets : [this.#target];
    const found = await findTarget(targets, this.#checkTarget, signal, this.#clock);
    if (found.outcome.ok) this.#target = found.target;
    return found.outcome;
  }

  async #measureReach(
    serviceHost: ServiceHost,
    interfaces: readonly NetworkInterface[],
    signal: AbortSignal,
  ): Promise<Reachability | { readonly kind: 'unknown' }> {
    const targets = this.#listInterfaceTargets(serviceHost, interfaces);
    const key = JSON.stringify(targets);
    if (this.#survey?.key !== key) {
      this.#forgetReach();
      this.#survey = new ReachSurvey(key, targets, this.#checkTarget, this.#clock);
    }
    const survey = this.#survey;
    await survey.waitFor(signal);
    const reachability = judgeReachability(interfaces, survey.answers);
    const isNowhere = reachability.kind === 'nowhere' || reachability.kind === 'denied';
    if (survey.state === 'given up' || (survey.state === 'answered' && isNowhere)) this.#forgetReach();
    return isNowhere && survey.state !== 'answered' ? { kind: 'unknown' } : reachability;
  }

  #forgetReach(): void {
    this.#survey?.close();
    this.#survey = undefined;
  }

  /** Every address that a publication would give out; with an own address of the LAN named as host, that one alone. */
  #listInterfaceTargets(serviceHost: ServiceHost, interfaces: readonly NetworkInterface[]): readonly InterfaceTarget[] {
    const named = serviceHost.kind === 'own' ? new Set(serviceHost.addresses.map(stripZone)) : new Set<string>();
    const all = interfaces.flatMap((one) =>
      listDialableAddresses([one], this.#host.platform, this.#options.family).map((address) => ({
        interfaceName: one.name,
        target: { kind: 'tcp' as const, address, port: this.#options.port },
      })),
    );
    const chosen = all.filter(({ target }) => named.has(stripZone(target.address)));
    return chosen.length > 0 ? chosen : all;
  }

  #judge(
    reachability: Reachability | { readonly kind: 'unknown' },
    interfaces: readonly NetworkInterface[],
  ): ServiceFinding {
    switch (reachability.kind) {
      case 'everywhere':
      case 'partly': {
        this.#unreachableLooks = 0;
        const { kind: _, ...reached } = reachability;
        return { kind: 'up', ...reached };
      }
      case 'denied':
        return this.#refuseLater(refuseDenied(reachability.reason));
      case 'unknown':
        return { kind: 'down', reason: `${this.#describe()} does not accept connections in time`, isAbsent: false };
      case 'nowhere': {
        const missing = this.#describeMissingAddress(interfaces);
        if (missing !== undefined) {
          this.#unreachableLooks = 0;
          return { kind: 'down', reason: missing, isAbsent: true };
        }
        return this.#refuseLater(this.#refuseLoopbackOnly());
      }
      default:
        return reachability satisfies never;
    }
  }

  #refuseLater(error: AnnouncerError): ServiceFinding {
    this.#unreachableLooks += 1;
    return this.#unreachableLooks >= LOOKS_UNTIL_REFUSED
      ? { kind: 'refused', error }
      : { kind: 'unreachable', reason: error.message };
  }

  /**
   * What keeps from knowing whether the LAN reaches the service: no interface has an address of the only family in which it is
   * reached, or in which it answered on loopback, as while DHCP is under way. Undefined where one has.
   */
  #describeMissingAddress(interfaces: readonly NetworkInterface[]): string | undefined {
    const address = this.#target?.address;
    const answered = address !== undefined && isLoopback(address) ? familyOf(address) : undefined;
    const family = this.#options.family ?? answered;
    if (family === undefined) return undefined;
    if (interfaces.some(({ addresses }) => addresses.some((one) => one.family === family))) return undefined;
    const names = interfaces.map(({ name }) => name).join(', ');
    const why = names === '' ? 'no network interface is up yet' : `${names} has no ${family} address yet`;
    return `${this.#describe()} answers on this machine alone so far: ${why}`;
  }

  #fail(reason: string, isAbsent: boolean): ServiceFinding {
    this.#serviceHost = undefined;
    this.#target = undefined;
    this.#forgetReach();
    this.#unreachableLooks = 0;
    return { kind: 'down', reason, isAbsent };
  }

  #describe(): string {
    return `${this.#options.service} on port ${this.#options.port}`;
  }

  #refuseLoopbackOnly(): AnnouncerError {
    const address = this.#target?.address;
    const where = address === undefined || isLoopback(address) ? 'loopback' : address;
    return new LoopbackOnlyError(
      `${this.#describe()} listens on ${where} only, so nobody on the LAN could reach it: add --relay to let ambassador forward to it`,
    );
  }

  #refuseElsewhere(): AnnouncerError {
    return new AnnouncerError(
      'REMOTE_HOST',
      `${this.#options.service} at ${this.#options.host}:${this.#options.port} is on another machine, so it can't be announced as this one's: add --relay to let ambassador forward to it, or announce it there`,
    );
  }
}

function refuseDenied(reason: string): AnnouncerError {
  return new LoopbackOnlyError(
    `${reason}, so nobody on the LAN could use it: give it one, or add --relay to let ambassador forward to it`,
  );
}
