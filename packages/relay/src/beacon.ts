import { randomBytes } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { stripZone } from './loopback.ts';
import { parseObject } from './read-value.ts';
import { Recent } from './recent.ts';
import { formatTarget, type Target, type TcpTarget } from './target.ts';
import { visitFrom } from './visit.ts';

/** Both ends are on this machine, which may be busy. */
const PATIENCE_MS = 2_000;
/** An answer that never came is not waited for again so soon: the name may be held by somebody who wants us to wait. */
const GRUDGE_MS = 30_000;
/** Who asked and found none asks again after this: a relay asks for each connection. */
const ABSENCE_MS = 200;
const MAX_ABSENT = 256;
/** Visits that were announced and have not come yet; the oldest is forgotten first. */
const MAX_VISITS = 64;
const MAX_CONNECTIONS = 16;
const MAX_LINE_BYTES = 512;
/** RFC 6335 6 */
const DYNAMIC_PORTS = { first: 49_152, count: 16_384 } as const;
const MAX_PORT_ATTEMPTS = 4;
const WILDCARDS = { 4: '0.0.0.0', 6: '::' } as const;

/** Says on this machine that a proxy listens at a place, to who would take it for the service itself. */
export interface Beacon {
  /** Whether the connection was made to see if this is true; it is answered then, and nobody's client. */
  greet(socket: Socket): boolean;
  close(): void;
}

const SILENT: Beacon = { greet: () => false, close: () => undefined };

/** Who has asked at a beacon and is about to connect, to see whether what it says is true. */
export class BeaconVisits {
  readonly #platform: string;
  readonly #visits = new Recent<number, string>(MAX_VISITS);

  /** `platform`: as `process.platform` has it. */
  constructor(platform: string) {
    this.#platform = platform;
  }

  /** Somebody will connect from this port of this machine, and wants to hear the nonce. */
  expect(from: number, nonce: string): void {
    this.#visits.set(from, nonce);
  }

  /** Whether the connection is such a visit; it is answered then, and nobody's client. */
  greet(socket: Socket): boolean {
    const nonce = this.#visits.size === 0 ? undefined : this.#visits.get(socket.remotePort ?? 0);
    if (nonce === undefined) return false;
    // A client may have the port of a visit that never came.
    const visitor = visitFrom(socket.localAddress ?? '', this.#platform);
    if (visitor !== undefined && socket.remoteAddress !== visitor) return false;
    this.#visits.delete(socket.remotePort ?? 0);
    socket.on('error', () => socket.destroy());
    socket.resume();
    socket.end(`${nonce}\n`);
    return true;
  }
}

/**
 * Lights a beacon for the proxy of a service that listens there. It has a name of the network namespace (Linux) or of the machine
 * (Windows), where every user can ask; elsewhere there is none, and where the name is taken by another neither. Who asks is answered once
 * `tell` has resolved, which has other processes that accept there know of the visit.
 */
export async function lightBeacon(
  service: string,
  at: Target,
  platform: string,
  tell: (from: number, nonce: string) => Promise<void> = async () => undefined,
): Promise<Beacon> {
  const name = at.kind === 'tcp' ? nameBeacon(at, platform) : undefined;
  if (name === undefined) return SILENT;
  const visits = new BeaconVisits(platform);
  const server = createServer((asker) => {
    hearLine(asker, (line) => {
      const visit = parseVisit(line);
      if (visit === undefined) return;
      visits.expect(visit.from, visit.nonce);
      void tell(visit.from, visit.nonce).then(() => asker.end(`${JSON.stringify({ service })}\n`));
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  if (!(await open(server, name))) return SILENT;
  server.unref();
  return {
    greet: (socket) => visits.greet(socket),
    close: () => void server.close(),
  };
}

/** Asks whether an ambassador proxy listens where one would dial. */
export class BeaconWatch {
  readonly #platform: string;
  readonly #silentUntil = new Map<string, number>();
  readonly #absentUntil = new Map<string, number>();

  /** `platform`: as `process.platform` has it. */
  constructor(platform: string) {
    this.#platform = platform;
  }

  /**
   * The service of the proxy there; undefined where none says so. What a beacon says is believed when the listener itself repeats what only
   * the asker and the beacon know: any user can light one for somebody else's port. Never rejects.
   */
  async find(target: Target): Promise<string | undefined> {
    if (target.kind !== 'tcp') return undefined;
    const place = formatTarget(target);
    if (performance.now() < (this.#absentUntil.get(place) ?? 0)) return undefined;
    const address = stripZone(target.address);
    const names = [address, WILDCARDS[address.includes(':') ? 6 : 4]].flatMap(
      (at) => nameBeacon({ ...target, address: at }, this.#platform) ?? [],
    );
    const services = await Promise.all(names.map((name) => this.#ask(name, target)));
    const service = services.find((found) => found !== undefined);
    if (service !== undefined) return service;
    if (this.#absentUntil.size >= MAX_ABSENT) this.#absentUntil.clear();
    this.#absentUntil.set(place, performance.now() + ABSENCE_MS);
    return undefined;
  }

  async #ask(name: string, target: TcpTarget): Promise<string | undefined> {
    const now = performance.now();
    if (now < (this.#silentUntil.get(name) ?? 0)) return undefined;
    for (let attempt = 0; attempt < MAX_PORT_ATTEMPTS; attempt++) {
      const nonce = randomBytes(16).toString('hex');
      const from = DYNAMIC_PORTS.first + Math.floor(Math.random() * DYNAMIC_PORTS.count);
      const answer = await exchange(connect({ path: name }), `${JSON.stringify({ from, nonce })}\n`);
      if (answer.kind === 'failed') return undefined;
      const service = answer.kind === 'line' ? parseService(answer.line) : undefined;
      const proof = service === undefined ? undefined : await exchange(this.#visit(target, from), '');
      if (proof?.kind === 'line' && proof.line === nonce) return service;
      // Another connection may have this port already.
      if (proof?.kind !== 'failed') break;
    }
    this.#silentUntil.set(name, now + GRUDGE_MS);
    return undefined;
  }

  #visit({ address, port }: TcpTarget, localPort: number): Socket {
    const localAddress = visitFrom(address, this.#platform);
    return connect({ host: address, port, localPort, ...(localAddress === undefined ? {} : { localAddress }) });
  }
}

/** Undefined where the platform has no names that go with who has them. */
export function nameBeacon({ address, port }: TcpTarget, platform: string): string | undefined {
  const place = `ambassador-proxy-${address.replaceAll(':', '.')}-${port}`;
  switch (platform) {
    case 'linux':
      return `\0${place}`;
    case 'win32':
      return `\\\\.\\pipe\\${place}`;
    default:
      return undefined;
  }
}

function open(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    // Whether it can be lit or not, the proxy goes on.
    server.on('error', () => resolve(false));
    try {
      // A name of Linux has no rights, and Node refuses to give it some.
      const rights = path.startsWith('\0') ? {} : { readableAll: true, writableAll: true };
      server.listen({ path, ...rights }, () => resolve(true));
    } catch {
      resolve(false);
    }
  });
}

type Exchanged = { readonly kind: 'line'; readonly line: string } | { readonly kind: 'failed' | 'silent' };

/** Says something and hears one line. `failed`: it could not be connected. Never rejects. */
function exchange(socket: Socket, words: string): Promise<Exchanged> {
  return new Promise((resolve) => {
    let isConnected = false;
    const settle = (outcome: Exchanged): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(() => settle({ kind: 'silent' }), PATIENCE_MS);
    socket.on('connect', () => {
      isConnected = true;
      if (words !== '') socket.write(words);
    });
    socket.on('error', () => settle({ kind: isConnected ? 'silent' : 'failed' }));
    socket.on('close', () => settle({ kind: isConnected ? 'silent' : 'failed' }));
    hearLine(socket, (line) => settle({ kind: 'line', line }));
  });
}

function hearLine(socket: Socket, onLine: (line: string) => void): void {
  let text = '';
  socket.setTimeout(PATIENCE_MS, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    const end = text.indexOf('\n');
    if (end >= 0) onLine(text.slice(0, end));
    else if (text.length > MAX_LINE_BYTES) socket.destroy();
  });
}

function parseVisit(line: string): { readonly from: number; readonly nonce: string } | undefined {
  const { from, nonce } = parseObject(line) ?? {};
  return typeof from === 'number' && typeof nonce === 'string' && /^[0-9a-f]{32}$/.test(nonce)
    ? { from, nonce }
    : undefined;
}

function parseService(line: string): string | undefined {
  const service = parseObject(line)?.service;
  return typeof service === 'string' ? service : undefined;
}
