import {
  type ClientLeg,
  dismissClient,
  errorMessage,
  type Introduced,
  Introduction,
  type Leg,
  type Opened,
  type Opening,
  Refusal,
  resetLeg,
  type SpliceOutcome,
  surface,
  toldEndsOf,
} from '@mdns-ambassador/relay';
import type { PickResult } from '../pool/pick-result.ts';
import { Carriage } from './carriage.ts';
import type { ConnectionContext } from './connection-context.ts';
import { describeDestination } from './destination.ts';
import type { ConnectionOutcome, ConnectionReport } from './engine.ts';
import type { Fault } from './faults.ts';
import { describeEndpoint, ignoreError, type ReachedEndpoint, Search, type Seeker } from './search.ts';

type ClientState =
  /** Its first words are waited for. */
  | { readonly kind: 'hearing'; readonly abort: AbortController }
  | { readonly kind: 'searching' }
  /** The prologues run. */
  | { readonly kind: 'introducing'; readonly abort: AbortController; readonly upstream: Leg }
  | { readonly kind: 'carried'; readonly carriage: Carriage }
  /** The client is being told why it is not served. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'over'; readonly hasHeard: boolean };

/** One accepted client: an endpoint is sought for it, it is introduced there, and its bytes are carried. Takes a paused socket. */
export class ClientConnection implements Seeker {
  /** Resolves when the client is done with. Never rejects. */
  readonly finished: Promise<void>;
  readonly #client: ClientLeg;
  readonly #context: ConnectionContext;
  readonly #startedAt: number;
  /** Known where it is reported: asking the kernel takes time, and a closed socket has forgotten. */
  #from: ConnectionReport['client'];
  #state: ClientState = { kind: 'searching' };
  #search: Search | undefined;
  #opened: Opened = {};
  #introduction: Introduction | undefined;
  readonly #fault: Fault | undefined;
  #cancelDelay: (() => void) | undefined;
  #outcome: ConnectionOutcome = { kind: 'left' };
  #finish: () => void = () => {};

  constructor(client: ClientLeg, context: ConnectionContext) {
    this.#client = client;
    this.#context = context;
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.#startedAt = context.clock.now();
    this.#from = context.onReport === undefined ? undefined : readPeer(client);
    this.#fault = context.drawFault?.();
    context.budget.earn();
    client.on('error', ignoreError);
    client.once('close', () => {
      if (this.#state.kind !== 'carried') this.#end();
    });
    const { opening } = context;
    this.contain(() => (opening === undefined ? this.#seek() : this.#hear(opening)));
  }

  /** The bytes on their way; undefined where there are none yet, or no more. */
  get carriage(): Carriage | undefined {
    return this.#state.kind === 'carried' ? this.#state.carriage : undefined;
  }

  /** Whether a byte has come from an endpoint. */
  get hasHeard(): boolean {
    return this.#state.kind === 'over' ? this.#state.hasHeard : (this.carriage?.bytesDown ?? 0) > 0;
  }

  reset(): void {
    if (this.#state.kind === 'carried') this.#state.carriage.reset();
    else {
      this.#outcome = { kind: 'aborted' };
      resetLeg(this.#client);
    }
  }

  /** Every later call into this connection goes through here: an error of our own ends this client, and nothing else. */
  contain(act: () => void): void {
    try {
      act();
    } catch (error) {
      surface(error);
      this.#outcome = { kind: 'aborted' };
      if (this.#state.kind === 'carried') this.#state.carriage.reset();
      else resetLeg(this.#client);
      this.#end();
    }
  }

  pick(exclude: ReadonlySet<string>): PickResult {
    const { endpointId } = this.#opened;
    const carrier = endpointId === undefined ? undefined : this.#context.findCarrier(endpointId);
    if (carrier === undefined) return this.#context.picker.pick(new ClientPick(exclude, this.#client));
    return exclude.has(carrier.id) ? { kind: 'exhausted' } : { kind: 'endpoint', endpoint: carrier };
  }

  reached(reached: ReachedEndpoint): void {
    if (this.#context.prologues.length === 0) this.#carry(reached, reached.dialled);
    else this.#introduce(reached);
  }

  lost(reason: string | undefined): void {
    this.#outcome = reason === undefined ? { kind: 'failed' } : { kind: 'failed', reason };
    this.#context.onLost(reason);
    if (this.#introduction === undefined) resetLeg(this.#client);
    else this.#introduction.dismiss();
  }

  /** The time that a client takes to speak is its own: the search for an endpoint begins after it. */
  #hear(opening: Opening): void {
    const hearing = { kind: 'hearing', abort: new AbortController() } as const;
    this.#state = hearing;
    opening.hear(this.#client, hearing.abort.signal).then(
      (opened) => {
        if (this.#state !== hearing) return;
        this.#opened = opened;
        if (this.#from !== undefined) this.#from = toldEndsOf(this.#client)?.source ?? this.#from;
        this.#state = { kind: 'searching' };
        this.contain(() => this.#seek());
      },
      (error: unknown) => {
        if (this.#state !== hearing) return;
        if (error instanceof Refusal) this.contain(() => this.#refuse(error));
        else resetLeg(this.#client);
      },
    );
  }

  #seek(): void {
    const delayMs = this.#fault?.delayMs ?? 0;
    if (delayMs === 0) this.#beginSearch();
    else this.#cancelDelay = this.#context.clock.after(delayMs, () => this.contain(() => this.#beginSearch()));
  }

  #beginSearch(): void {
    this.#search = new Search(this.#client, this.#context, this);
    this.#search.start();
  }

  /** The client is told why, and leaves. */
  #refuse(refusal: Refusal): void {
    this.#outcome = { kind: 'failed', reason: refusal.message };
    this.#context.onRefused(refusal.message);
    this.#state = { kind: 'refused' };
    dismissClient(this.#client, refusal.reply);
  }

  #introduce(reached: ReachedEndpoint): void {
    const { prologues, clock, proof } = this.#context;
    const upstream = reached.dialled;
    const introducing: ClientState = { kind: 'introducing', abort: new AbortController(), upstream };
    this.#state = introducing;
    this.#introduction ??= new Introduction({ client: this.#client, prologues, clock });
    const destination = describeDestination(reached.endpoint, reached.address, proof);
    void this.#introduction
      .introduce(upstream, destination, introducing.abort.signal, this.#search?.leftMs)
      .then((introduced) => {
        if (this.#state === introducing) this.contain(() => this.#settle(reached, introduced));
      });
  }

  #settle(reached: ReachedEndpoint, introduced: Introduced): void {
    switch (introduced.kind) {
      case 'introduced':
        this.#carry(reached, introduced.upstream);
        return;
      case 'redial':
        this.#state = { kind: 'searching' };
        this.#search?.redial(reached);
        return;
      case 'refused':
        this.#refuse(introduced.refusal);
        return;
      case 'failed': {
        const reason = `${describeEndpoint(reached.endpoint)}: ${errorMessage(introduced.error)}`;
        // The reason of an endpoint that answered says more than that a later one was cut short.
        const before = introduced.isLate ? this.#search?.lastReason : undefined;
        this.#state = { kind: 'searching' };
        this.#search?.retry(reached, 'handshake', before ?? reason);
        return;
      }
      default:
        introduced satisfies never;
    }
  }

  #carry(reached: ReachedEndpoint, upstream: Leg): void {
    const { endpoint } = reached;
    const { clock, picker, prologues } = this.#context;
    const release = picker.opened(endpoint.id);
    this.#opened.reached?.(endpoint.id, upstream);
    const carriage = new Carriage(this.#client, upstream, reached, clock.now(), {
      keepsUntouchedClient: () => prologues.length === 0 && !this.#client.destroyed && this.#search?.isInTime === true,
    });
    this.#state = { kind: 'carried', carriage };
    const settle = (outcome: SpliceOutcome): void => {
      release(carriage.bytesUp, carriage.bytesDown);
      if (outcome.kind !== 'untouched') {
        this.#outcome = outcome;
        this.#end();
      } else if (this.#client.destroyed) this.#end();
      else {
        this.#state = { kind: 'searching' };
        this.#search?.retry(reached, 'reset', `${describeEndpoint(endpoint)} reset the connection`);
      }
    };
    void carriage.finished.then((outcome) => this.contain(() => settle(outcome)));
    if (this.#fault?.isReset === true) carriage.reset();
  }

  #end(): void {
    const state = this.#state;
    if (state.kind === 'over') return;
    const { hasHeard } = this;
    try {
      this.#context.onEnded(this.carriage?.bytesUp ?? 0, this.carriage?.bytesDown ?? 0);
      this.#context.onReport?.(this.#report());
    } catch (error) {
      surface(error);
    }
    if (state.kind === 'hearing' || state.kind === 'introducing') state.abort.abort();
    if (state.kind === 'introducing') resetLeg(state.upstream);
    this.#cancelDelay?.();
    this.#state = { kind: 'over', hasHeard };
    this.#search?.stop();
    this.#finish();
  }

  #report(): ConnectionReport {
    const { carriage } = this;
    return {
      ...(this.#from === undefined ? {} : { client: this.#from }),
      ...(carriage === undefined
        ? {}
        : { endpoint: carriage.endpoint, address: carriage.address, dialMs: this.#search?.dialMs ?? 0 }),
      bytesUp: carriage?.bytesUp ?? 0,
      bytesDown: carriage?.bytesDown ?? 0,
      durationMs: this.#context.clock.now() - this.#startedAt,
      outcome: this.#outcome,
      ...(this.#fault === undefined ? {} : { fault: this.#fault }),
    };
  }
}

/** Most balancers do not look at the address, and asking the kernel for it takes time. */
class ClientPick {
  readonly exclude: ReadonlySet<string>;
  readonly #client: ClientLeg;

  constructor(exclude: ReadonlySet<string>, client: ClientLeg) {
    this.exclude = exclude;
    this.#client = client;
  }

  get clientAddress(): string {
    return toldEndsOf(this.#client)?.source.address ?? this.#client.remoteAddress ?? '';
  }
}

function readPeer({ remoteAddress: address, remotePort: port }: ClientLeg): ConnectionReport['client'] {
  return address === undefined || port === undefined ? undefined : { address, port };
}
