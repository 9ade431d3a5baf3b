import { type GroupListener, GroupReceiver } from './group-receiver.ts';
import type { HostReader, HostReading } from './host-reader.ts';
import type { NetworkInterface } from './network.ts';
import { planReceivers, shouldShare } from './receiver-plan.ts';

/** The sockets by which the links of a Linux host hear the IPv4 group together, where each would hear others: see {@link shouldShare}. */
export class GroupReceivers {
  readonly #reader: HostReader;
  readonly #listeners = new Set<GroupListener>();
  /** By what they refuse. */
  readonly #receivers = new Map<string, GroupReceiver>();
  /** What they were made for; undefined where it is to be looked at anew. */
  #reading: HostReading | undefined;
  #used: readonly string[] = [];

  constructor(reader: HostReader) {
    this.#reader = reader;
  }

  /** The interfaces that are used from now on. */
  setUsed(interfaces: readonly NetworkInterface[]): void {
    const used = interfaces.filter(({ addresses }) => addresses.some(({ family }) => family === 'IPv4'));
    this.#used = used.map(({ name }) => name);
  }

  /** Whether links should hear by these. */
  get isWanted(): boolean {
    // A reading now would be the one that links rely on when they have joined.
    const joined = this.#reader.known?.joined ?? [];
    const names = joined.map(({ name }) => name);
    return shouldShare(this.#used, names);
  }

  /** It hears after the next `renew`. Rejects where another program keeps the port of the group to itself. */
  async add(listener: GroupListener): Promise<void> {
    const trial = new GroupReceiver({ names: [], refused: [], isSealed: false }, () => {});
    await trial.opened.finally(() => trial.close());
    this.#listeners.add(listener);
    this.#reading = undefined;
  }

  /** It hears nothing any more. Resolves when the sockets are gone that nobody needs. */
  async remove(listener: GroupListener): Promise<void> {
    if (!this.#listeners.delete(listener)) return;
    this.#reading = undefined;
    if (this.#listeners.size > 0) return;
    const receivers = [...this.#receivers.values()];
    this.#receivers.clear();
    await Promise.all(receivers.map((receiver) => receiver.close()));
  }

  /** As `renew` of a link. */
  async renew(): Promise<void> {
    const reading = this.#reader.read();
    if (reading !== undefined && reading !== this.#reading) this.#replace(reading);
    await Promise.all([...this.#receivers.values()].map((receiver) => receiver.hears()));
  }

  /** One that is to refuse others than before is opened anew: the kernel does not give back every filter. */
  #replace(reading: HostReading): void {
    this.#reading = reading;
    const listeners = [...this.#listeners];
    const names = [...new Set(listeners.map(({ on }) => on.name))];
    const numbers = new Map(reading.joined.map(({ name, index }) => [name, index]));
    const planned = new Map(
      planReceivers(names, reading.joined).map((plan) => {
        const refused = plan.refused.map(({ name, address }) => `${name} ${numbers.get(name)} ${address}`);
        return [JSON.stringify({ ...plan, refused }), plan] as const;
      }),
    );
    for (const [key, receiver] of this.#receivers) {
      if (planned.has(key)) continue;
      this.#receivers.delete(key);
      void receiver.close();
    }
    for (const [key, plan] of planned) {
      const receiver = this.#receivers.get(key) ?? new GroupReceiver(plan, () => this.#forget(key));
      this.#receivers.set(key, receiver);
      const served = listeners.filter(({ on }) => plan.names.includes(on.name));
      receiver.serve(served, reading.interfaces);
    }
  }

  /** It failed. */
  #forget(key: string): void {
    this.#receivers.delete(key);
    this.#reading = undefined;
  }
}
