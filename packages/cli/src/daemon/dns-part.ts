import {
  type Asker,
  buildZone,
  type DnsCounters,
  type Known,
  type KnownProxy,
  type StartedDnsServer,
  startDnsServer,
  type Zone,
} from '@mdns-ambassador/dns';
import { systemClock } from '@mdns-ambassador/mdns';
import { isLoopback, LOOPBACK_OF_ANY, RelayError, surface } from '@mdns-ambassador/relay';
import { KnownInstances } from '../network/known-instances.ts';
import { describeDns, describeDnsElsewhere } from '../output/dns-lines.ts';
import type { Reporter } from '../output/reporter.ts';
import { findRuntime } from '../process/runtime-folder.ts';
import type { PlannedNames } from '../requests/plan.ts';
import { explainDnsError } from './dns-error.ts';
import { isAnsweredByAmbassador } from './other-name-server.ts';
import { OtherProxies } from './other-proxies.ts';
import { Part } from './part.ts';
import type { PartContext } from './part-context.ts';

/** What nobody tells of, such as an address that this machine has got, is seen within this time, and TTLs are true but for it. */
const LONGEST_ZONE_MS = 1_000;
/** Between two tries to take the place of another process. */
const TURN_MS = 500;

/** Unicast DNS for what is known here. */
export class DnsPart extends Part {
  readonly #names: ZoneKeeper;
  readonly #planned: PlannedNames;
  readonly #reporter: Reporter;
  #server: StartedDnsServer | undefined;
  #cancel: () => void = () => undefined;
  #isClosed = false;

  constructor(planned: PlannedNames, context: PartContext) {
    const names = new ZoneKeeper(planned, context);
    super({
      start: async () => {
        try {
          await this.#open();
        } catch (error) {
          if (!(error instanceof RelayError)) throw error;
          const isTaken = error.code === 'EADDRINUSE' && (await isAnsweredByAmbassador(planned));
          if (!isTaken) throw explainDnsError(error, planned.at, context.surroundings);
          context.reporter.tell(describeDnsElsewhere(planned.domain, planned.at), {
            event: 'answered-elsewhere',
            domain: planned.domain,
          });
          this.#awaitTurn();
        }
      },
      close: async () => {
        this.#isClosed = true;
        this.#cancel();
        names.close();
        await this.#server?.close();
      },
    });
    this.#names = names;
    this.#planned = planned;
    this.#reporter = context.reporter;
  }

  get counters(): DnsCounters | undefined {
    return this.#server?.counters;
  }

  /** Other services are proxied now. */
  refresh(): void {
    this.#names.refresh();
  }

  async #open(): Promise<void> {
    const { at, domain } = this.#planned;
    const server = await startDnsServer({ at, zone: (asker) => this.#names.zone(asker), clock: systemClock });
    if (this.#isClosed) return server.close();
    this.#server = server;
    this.#names.start();
    this.#reporter.tell(describeDns(domain, server.addresses), {
      event: 'answering',
      domain,
      at: server.addresses.map(({ address, port }) => ({ address, port })),
    });
  }

  /** Answers as soon as nobody else does. */
  #awaitTurn(): void {
    this.#cancel = systemClock.after(TURN_MS, () => {
      void this.#open().catch((error: unknown) => {
        if (!(error instanceof RelayError)) surface(error);
        if (!this.#isClosed) this.#awaitTurn();
      });
    });
  }
}

interface ZoneViews {
  readonly local: Zone;
  readonly remote: Zone;
  readonly madeAt: number;
}

/** The zone as it is now; made when somebody asks, and again when something has changed. */
class ZoneKeeper {
  readonly #planned: PlannedNames;
  readonly #proxies: () => readonly KnownProxy[];
  readonly #instances: KnownInstances;
  readonly #others: OtherProxies;
  #serial: number = Math.floor(systemClock.wallClock() / 1_000);
  #views: ZoneViews | undefined;

  constructor(planned: PlannedNames, { local, mesh, proxies, surroundings }: PartContext) {
    this.#planned = planned;
    this.#proxies = proxies;
    this.#instances = new KnownInstances({ local, mesh, allowed: planned.allowed, onChange: () => this.refresh() });
    this.#others = new OtherProxies({
      surroundings: findRuntime(surroundings),
      pid: surroundings.pid,
      clock: systemClock,
      onChange: () => this.refresh(),
    });
  }

  start(): void {
    this.#instances.start();
    this.#others.start();
  }

  close(): void {
    this.#instances.close();
    this.#others.close();
  }

  refresh(): void {
    this.#views = undefined;
  }

  zone({ isLocal }: Asker): Zone {
    const now = systemClock.now();
    if (this.#views === undefined || now - this.#views.madeAt > LONGEST_ZONE_MS) this.#views = this.#make(now);
    return isLocal ? this.#views.local : this.#views.remote;
  }

  /** Our own before those of others. */
  #listProxies(): readonly KnownProxy[] {
    const own = this.#proxies();
    const names = own.map(({ service }) => service);
    return [...own, ...this.#others.list().filter(({ service }) => !names.includes(service))];
  }

  #make(madeAt: number): ZoneViews {
    this.#serial += 1;
    const { domain, at } = this.#planned;
    const shared = { domain: domain.split('.'), serial: this.#serial };
    const known: Known = { instances: this.#instances.list(), proxies: this.#listProxies() };
    const listening = at.map(({ address }) => address);
    return {
      madeAt,
      local: buildZone(known, {
        ...shared,
        serverAddresses: listening.map((address) => LOOPBACK_OF_ANY[address] ?? address),
      }),
      remote: buildZone(seenFromElsewhere(known), {
        ...shared,
        serverAddresses: listening.filter((address) => !isLoopback(address) && LOOPBACK_OF_ANY[address] === undefined),
      }),
    };
  }
}

/** Loopback is another machine there. */
function seenFromElsewhere({ instances }: Known): Known {
  return {
    proxies: [],
    instances: instances.map((instance) => ({
      ...instance,
      addresses: instance.addresses.filter((address) => !isLoopback(address)),
    })),
  };
}
