import { EventEmitter, once } from 'node:events';
import { type Ambassador, createAmbassador, createMdnsSource, type ProxyEvent } from '@mdns-ambassador/ambassador';
import { systemClock } from '@mdns-ambassador/mdns';
import { createLocalNetwork, type LocalNetwork } from '../../network/local-network.ts';
import { type InstanceProcess, startInstance } from './instance-process.ts';

const START_TIMEOUT_MS = 30_000;

/** Where the demo takes place. */
export interface StageOptions {
  /** Of this run alone, so that two demos on one machine do not meet. */
  readonly service: string;
  /** Empty: every interface that suits. */
  readonly interfaceNames: readonly string[];
  /** Where instances listen. */
  readonly address: string;
  readonly platform: string;
}

/** A past event of the proxy. */
export interface Moment {
  /** Milliseconds of `performance.now()`. */
  readonly at: number;
  readonly event: ProxyEvent;
}

/** The processes and the proxy of one demo. Everything on it is gone once `clear` has resolved. */
export class Stage {
  readonly #options: StageOptions;
  readonly #instances: InstanceProcess[] = [];
  readonly #moments: Moment[] = [];
  readonly #noted = new EventEmitter();
  #local: LocalNetwork | undefined;
  #ambassador: Ambassador | undefined;

  constructor(options: StageOptions) {
    this.#options = options;
  }

  /** Starts an instance in a process of its own. */
  addInstance(name: string): InstanceProcess {
    const { service, address, interfaceNames, platform } = this.#options;
    const instance = startInstance({ service, address, interfaceNames, name }, START_TIMEOUT_MS, platform);
    this.#instances.push(instance);
    return instance;
  }

  /** Starts the proxy; resolves with its port on 127.0.0.1. */
  async startProxy(): Promise<number> {
    const { service, interfaceNames, platform } = this.#options;
    const local = createLocalNetwork(interfaceNames, platform, () => undefined);
    this.#local = local;
    await local.node.start();
    const source = createMdnsSource({
      service,
      browser: local.node,
      interfaces: () => local.network.interfaces(),
      ownAddresses: () => local.network.ownAddresses(),
      clock: systemClock,
    });
    this.#ambassador = createAmbassador({
      service,
      listen: [{ kind: 'tcp', address: '127.0.0.1', port: 0 }],
      sources: [source],
      onEvent: (event) => this.#record(event),
    });
    await this.#ambassador.start();
    const listening = this.find(({ event }) => event.kind === 'listening');
    const [target] = listening?.event.kind === 'listening' ? listening.event.at : [];
    return target?.kind === 'tcp' ? target.port : 0;
  }

  /** The first moment that fits. */
  find(fits: (moment: Moment) => boolean): Moment | undefined {
    return this.#moments.find(fits);
  }

  /** Waits for a moment that fits; undefined when there is none within `timeoutMs`, or when `stop` is aborted. */
  async waitFor(fits: (moment: Moment) => boolean, timeoutMs: number, stop: AbortSignal): Promise<Moment | undefined> {
    // Named: Node forgets a timeout that `any` alone holds.
    const late = AbortSignal.timeout(timeoutMs);
    const signal = AbortSignal.any([stop, late]);
    let found = this.find(fits);
    while (found === undefined && !stop.aborted && !late.aborted) {
      await once(this.#noted, 'moment', { signal }).catch(() => undefined);
      found = this.find(fits);
    }
    return found;
  }

  /** Ends every process and closes the proxy. Idempotent. */
  async clear(): Promise<void> {
    for (const instance of this.#instances) instance.kill();
    await Promise.all(this.#instances.map(({ gone }) => gone));
    await this.#ambassador?.close();
    await this.#local?.node.close();
  }

  #record(event: ProxyEvent): void {
    this.#moments.push({ at: performance.now(), event });
    this.#noted.emit('moment');
  }
}
