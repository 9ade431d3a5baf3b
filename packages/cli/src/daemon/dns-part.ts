import {
  type Asker,
  buildZone,
  type DnsCounters,
  type DnsServer,
  type Known,
  type KnownProxy,
  startDnsServer,
  type Zone,
} from '@mdns-ambassador/dns';
import { systemClock } from '@mdns-ambassador/mdns';
import { isLoopback, RelayError } from '@mdns-ambassador/relay';
import { KnownInstances } from '../network/known-instances.ts';
import { describeDns } from '../output/dns-lines.ts';
import type { PlannedNames } from '../requests/plan.ts';
import { explainDnsError } from './dns-error.ts';
import { Part } from './part.ts';
import type { PartContext } from './part-context.ts';

/** What nobody tells of, such as an address that this machine has got, is seen within this time. */
const LONGEST_ZONE_MS = 5_000;
const UNSPECIFIED: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** Unicast DNS for what is known here. */
export class DnsPart extends Part {
  readonly #names: Names;
  #server: DnsServer | undefined;

  constructor(planned: PlannedNames, context: PartContext) {
    const names = new Names(planned, context);
    const end = async (): Promise<void> => {
      names.close();
      await this.#server?.close();
    };
    super(
      {
        start: async () => {
          try {
            this.#server = await startDnsServer({
              at: planned.at,
              zone: (asker) => names.zone(asker),
              clock: systemClock,
            });
          } catch (error) {
            throw error instanceof RelayError ? explainDnsError(error, planned.at, context.surroundings) : error;
          }
          names.start();
          const { addresses } = this.#server;
          context.reporter.tell(describeDns(planned.domain, addresses), {
            event: 'answering',
            domain: planned.domain,
            at: addresses.map(({ address, port }) => ({ address, port })),
          });
        },
        async leave(_, onRoom) {
          await end();
          onRoom();
        },
        close: end,
        drainTimeoutMs: 0,
      },
      systemClock,
    );
    this.#names = names;
  }

  get counters(): DnsCounters | undefined {
    return this.#server?.counters;
  }

  /** Other services are proxied now. */
  refresh(): void {
    this.#names.refresh();
  }
}

interface Views {
  readonly local: Zone;
  readonly remote: Zone;
  readonly madeAt: number;
}

/** The zone as it is now; made when somebody asks, and again when something has changed. */
class Names {
  readonly #planned: PlannedNames;
  readonly #proxies: () => readonly KnownProxy[];
  readonly #instances: KnownInstances;
  #serial: number = Math.floor(systemClock.wallClock() / 1_000);
  #views: Views | undefined;

  constructor(planned: PlannedNames, { local, mesh, proxies }: PartContext) {
    this.#planned = planned;
    this.#proxies = proxies;
    this.#instances = new KnownInstances({ local, mesh, allowed: planned.allowed, onChange: () => this.refresh() });
  }

  start(): void {
    this.#instances.start();
  }

  close(): void {
    this.#instances.close();
  }

  refresh(): void {
    this.#views = undefined;
  }

  zone({ isLocal }: Asker): Zone {
    const now = systemClock.now();
    if (this.#views === undefined || now - this.#views.madeAt > LONGEST_ZONE_MS) this.#views = this.#make(now);
    return isLocal ? this.#views.local : this.#views.remote;
  }

  #make(madeAt: number): Views {
    this.#serial += 1;
    const { domain, at } = this.#planned;
    const shared = { domain: domain.split('.'), serial: this.#serial };
    const known: Known = { instances: this.#instances.list(), proxies: this.#proxies() };
    const listening = at.map(({ address }) => address);
    return {
      madeAt,
      local: buildZone(known, {
        ...shared,
        serverAddresses: listening.map((address) => UNSPECIFIED[address] ?? address),
      }),
      remote: buildZone(seenFromElsewhere(known), {
        ...shared,
        serverAddresses: listening.filter((address) => !isLoopback(address) && UNSPECIFIED[address] === undefined),
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
