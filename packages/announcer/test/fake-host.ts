import type { DialService, RunShell } from '@mdns-ambassador/checks';
import type { NetworkInterface } from '@mdns-ambassador/mdns';
import { formatTarget, RelayError, Room, type Target } from '@mdns-ambassador/relay';
import { type Behaviour, FakeService, staySilent } from '@mdns-ambassador/testkit';
import type { Host } from '../src/host.ts';
import type { Ingress, IngressOptions } from '../src/ingress.ts';

export function networkInterface(name: string, ...addresses: readonly string[]): NetworkInterface {
  return {
    name,
    loopback: name === 'lo',
    addresses: addresses.map((address) => ({
      address,
      family: address.includes(':') ? 'IPv6' : 'IPv4',
      prefixLength: address.includes(':') ? 64 : 24,
      scopeId: address.startsWith('fe80:') ? 2 : 0,
    })),
  };
}

export const LOOPBACK: NetworkInterface = networkInterface('lo', '127.0.0.1', '::1');
export const ETH0: NetworkInterface = networkInterface('eth0', '10.99.0.1', 'fe80::1');
export const ETH1: NetworkInterface = networkInterface('eth1', '10.98.0.1');

/** A machine in memory: what listens where is the test's to say, at any time. */
export class FakeHost implements Host {
  platform = 'linux';
  readonly room = new Room(100);
  used: readonly NetworkInterface[] = [ETH0];
  own: readonly string[] = ['127.0.0.1', '::1', '10.99.0.1', 'fe80::1', '10.98.0.1'];
  names: ReadonlyMap<string, readonly string[]> = new Map();
  /** `10.99.0.1:12345` to what answers there. */
  readonly listeners = new Map<string, FakeService>();
  readonly dialled: string[] = [];
  readonly ingresses: FakeIngress[] = [];
  /** Dials that neither succeed nor fail until they are aborted. */
  isSilent = false;
  shellExitCode = 0;

  /** `127.0.0.1:7000` to the service of the proxy that listens there. */
  readonly proxies = new Map<string, string>();

  async findProxy(target: Target): Promise<string | undefined> {
    return this.proxies.get(formatTarget(target));
  }

  listen(at: string, behaviour: Behaviour = staySilent): void {
    this.listeners.set(at, new FakeService(behaviour));
  }

  /** A service that binds loopback and the LAN. */
  listenEverywhere(port = 12345, behaviour: Behaviour = staySilent): void {
    for (const address of ['127.0.0.1', '[::1]', '10.99.0.1', '10.98.0.1'])
      this.listen(`${address}:${port}`, behaviour);
  }

  get openConnections(): number {
    return [...this.listeners.values()].reduce((sum, { openConnections }) => sum + openConnections, 0);
  }

  interfaces(): readonly NetworkInterface[] {
    return this.used;
  }

  addresses(): readonly string[] {
    return this.own;
  }

  async lookup(hostname: string): Promise<readonly string[]> {
    const addresses = this.names.get(hostname);
    if (addresses === undefined) throw new Error(`getaddrinfo ENOTFOUND ${hostname}`);
    return addresses;
  }

  dial: DialService = async (target, signal) => {
    const at = formatTarget(target);
    this.dialled.push(at);
    if (this.isSilent) await new Promise((_, reject) => signal.addEventListener('abort', reject, { once: true }));
    const service = this.listeners.get(at);
    if (service === undefined) throw new RelayError('ECONNREFUSED', `${at} refused the connection`);
    return service.dial(target, signal);
  };

  readonly runShell: RunShell = () => ({
    ended: Promise.resolve({ kind: 'exited', code: this.shellExitCode }),
    kill: () => undefined,
  });

  createIngress(options: IngressOptions): Ingress {
    const ingress = new FakeIngress(options);
    this.ingresses.push(ingress);
    return ingress;
  }
}

export class FakeIngress implements Ingress {
  readonly options: IngressOptions;
  port: number;
  readonly calls: string[] = [];
  connections = 0;
  isListening = false;
  /** Where it listens next. */
  next: number | undefined;

  constructor(options: IngressOptions) {
    this.options = options;
    this.port = options.preferredPort;
  }

  async listen(): Promise<void> {
    this.port = this.next ?? this.port;
    this.isListening = true;
  }

  async rest(): Promise<void> {
    this.isListening = false;
  }

  async drain(timeoutMs: number): Promise<{ finished: number; reset: number }> {
    this.calls.push(`drain ${timeoutMs}`);
    return { finished: this.connections, reset: 0 };
  }

  async close(): Promise<void> {
    this.calls.push('close');
  }
}
