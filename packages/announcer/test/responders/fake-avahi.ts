import { BusError, type BusSignal, type ConnectBus, type MessageBus } from '../../src/responders/message-bus.ts';

const AVAHI = 'org.freedesktop.Avahi';
const RUNNING = 2;
const REGISTERING = 1;

type BusCall = Parameters<MessageBus['call']>[0];

/** A message bus with an avahi-daemon on it. `calls` tells what the daemon was asked, in order and in short. */
export class FakeAvahi {
  /** Undefined: not running. */
  host: string | undefined = 'h1.local';
  isBusUp = true;
  /** Names of services that this machine has already. */
  readonly taken = new Set<string>();
  /** The next call of this method fails with this error. */
  readonly failures = new Map<string, BusError>();
  /** Calls of whatever kind. */
  questions = 0;
  #calls: string[] = [];
  #groups = 0;
  #open: Parameters<ConnectBus>[0] | undefined;

  readonly connect: ConnectBus = async (events) => {
    if (!this.isBusUp) throw new BusError('ENOENT', 'no such file');
    this.#open = events;
    return {
      call: async (call) => this.#answer(call),
      watch: async () => undefined,
      close: () => {
        if (this.#open === events) this.#open = undefined;
      },
    };
  };

  get isConnected(): boolean {
    return this.#open !== undefined;
  }

  /** What the daemon was asked since the last call, questions about itself left out. */
  takeCalls(): readonly string[] {
    const calls = this.#calls;
    this.#calls = [];
    return calls;
  }

  /** Says what became of the group that was created last. */
  settle(state: 'established' | 'collision' | 'failure', group = this.#groups): void {
    const code = { established: 2, collision: 3, failure: 4 }[state];
    this.#signal({
      interface: `${AVAHI}.EntryGroup`,
      path: `/group/${group}`,
      member: 'StateChanged',
      body: [code, ''],
    });
  }

  /** The daemon ends, or starts; undefined: ends. */
  restart(host: string | undefined): void {
    this.host = host;
    this.#signal({
      interface: 'org.freedesktop.DBus',
      path: '/org/freedesktop/DBus',
      member: 'NameOwnerChanged',
      body: [AVAHI, '', host === undefined ? '' : ':1.7'],
    });
  }

  /** The daemon has a host name now, or another one. */
  rename(host: string): void {
    this.host = host;
    this.#signal({ interface: `${AVAHI}.Server`, path: '/', member: 'StateChanged', body: [RUNNING, ''] });
  }

  loseBus(): void {
    const open = this.#open;
    this.#open = undefined;
    open?.lost();
  }

  #answer({ path, member, body = [] }: BusCall): unknown {
    this.questions += 1;
    const failure = this.failures.get(member);
    this.failures.delete(member);
    if (failure !== undefined) throw failure;
    if (this.host === undefined) throw new BusError('org.freedesktop.DBus.Error.ServiceUnknown', 'no such name');
    switch (member) {
      case 'GetState':
        return this.host === '' ? REGISTERING : RUNNING;
      case 'GetHostNameFqdn':
        return this.host;
      case 'GetAlternativeServiceName':
        return `${body[0]} #2`;
      case 'EntryGroupNew':
        this.#groups += 1;
        return `/group/${this.#groups}`;
      default:
        this.#calls.push(`${member} ${path.slice('/group/'.length)} ${body.map(describe).join(' ')}`.trimEnd());
        if (member === 'AddService' && this.taken.has(String(body[3]))) {
          throw new BusError(`${AVAHI}.CollisionError`, 'Local name collision');
        }
        return undefined;
    }
  }

  #signal(signal: Omit<BusSignal, 'sender'>): void {
    this.#open?.signal({ sender: ':1.7', ...signal });
  }
}

function describe(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(String).join(',')}]` : String(value) || '-';
}
