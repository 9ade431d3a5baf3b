import { errorMessage } from '@mdns-ambassador/relay';
import type { BalancerName } from '../../pool/balancer.ts';
import { type Endpoint, namePlace } from '../../pool/endpoint.ts';
import type { PlannedEndpoint } from '../../pool/plan.ts';
import type { KernelTally } from './kernel-tally.ts';
import type { OwnedTable } from './owned-table.ts';
import { listChoices, nameCarried } from './places.ts';
import { type ListeningPlace, MOST_PLACES, type Rules, writePlace, writeRules } from './rules.ts';

export interface DispatchOptions {
  readonly table: OwnedTable;
  readonly name: string;
  readonly listening: readonly ListeningPlace[];
  readonly balance: BalancerName;
  readonly tally: KernelTally;
  /** The address to which clients of this endpoint may be sent; undefined: they are engine node's. */
  readonly findAddress: (endpoint: Endpoint) => Promise<string | undefined>;
  /** Whether engine node takes everybody. */
  readonly isClosed: () => boolean;
  readonly onTrouble: (message: string) => void;
}

/** Has the table's rules follow the plan: one change at a time, and what is asked for meanwhile is one more. */
export class Dispatch {
  readonly #options: DispatchOptions;
  #plan: readonly PlannedEndpoint[] = [];
  /** The rules that the table has. */
  #applied = '';
  #wasClosed = false;
  #lost: Rules['lost'] = [];
  #turn: Promise<void> = Promise.resolve();
  #queued: Promise<void> | undefined;

  constructor(options: DispatchOptions) {
    this.#options = options;
  }

  /** Whether the rules were made before everybody became engine node's, or ceased to be. */
  get isLate(): boolean {
    return this.#options.isClosed() !== this.#wasClosed;
  }

  follow(plan: readonly PlannedEndpoint[]): Promise<void> {
    this.#plan = plan;
    return this.apply();
  }

  /** What clients send to these places is answered with a reset, until they are sent there again. */
  lose(places: Rules['lost']): Promise<void> {
    const known = new Set(this.#lost.map(nameLost));
    this.#lost = [...this.#lost, ...places.filter((place) => !known.has(nameLost(place)))].slice(-MOST_PLACES);
    return this.apply();
  }

  /** The table is empty. */
  forget(): void {
    this.#applied = '';
  }

  /** Never rejects. */
  apply(): Promise<void> {
    if (this.#queued !== undefined) return this.#queued;
    const queued = this.#turn.then(async () => {
      this.#queued = undefined;
      try {
        await this.#apply();
      } catch (error) {
        const { table, onTrouble } = this.#options;
        if (table.session !== undefined) onTrouble(errorMessage(error));
      }
    });
    this.#queued = queued;
    this.#turn = queued;
    return queued;
  }

  async #apply(): Promise<void> {
    const { table, name, listening, balance, tally, findAddress, isClosed } = this.#options;
    const { session } = table;
    if (session === undefined) return;
    const addresses = new Map<Endpoint, string | undefined>();
    for (const { endpoint, isUsed } of this.#plan) {
      if (isUsed) addresses.set(endpoint, await findAddress(endpoint));
    }
    this.#wasClosed = isClosed();
    const choices = this.#wasClosed
      ? []
      : listChoices(this.#plan, balance, (endpoint) => addresses.get(endpoint), MOST_PLACES);
    const numbered = choices.map(({ place, share }) => {
      const number = place === undefined ? undefined : tally.numberOf(place);
      return number === undefined ? { share } : { number, share };
    });
    const used = new Set(choices.flatMap(({ place }) => (place === undefined ? [] : [nameCarried(place)])));
    this.#lost = this.#lost.filter((place) => !used.has(nameLost(place)));
    const places = tally.keep(used);
    const isInTurn = balance === 'round-robin';
    const rules = writeRules(name, { listening, places, choices: numbered, isInTurn, lost: this.#lost });
    if (rules === this.#applied) return;
    tally.change(await session.run([...places.map(({ number }) => writePlace(name, number)), rules].join('; ')));
    this.#applied = rules;
  }
}

function nameLost({ address, port }: ListeningPlace): string {
  return namePlace(address, port);
}
