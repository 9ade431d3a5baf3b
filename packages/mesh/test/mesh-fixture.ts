import { randomBytes } from 'node:crypto';
import type { Clock } from '@mdns-ambassador/relay';
import { type Leg, RelayError } from '@mdns-ambassador/relay';
import { ManualClock } from '@mdns-ambassador/testkit';
import { onTestFinished } from 'vitest';
import { MeshDialler, type MeshDiallerOptions, type QuarantineEvent } from '../src/client/mesh-dialler.ts';
import type { KeyRing } from '../src/key-ring.ts';
import { MeshKey } from '../src/keys/mesh-key.ts';
import { Mesh } from '../src/mesh.ts';
import type { Caller } from '../src/server/caller.ts';
import { type Admitted, Door, type DoorEvent, type DoorOptions } from '../src/server/door.ts';
import { MemoryLeg } from './leg-pair.ts';

export const TARGET = { kind: 'tcp', address: '10.99.0.1', port: 7000 } as const;

/** Certificates are judged by the machine's own time; timers are the test's. */
export class TestClock extends ManualClock {
  aheadMs = 0;

  override wallClock(): number {
    return Date.now() + this.aheadMs;
  }
}

export function createRing(): KeyRing & { readonly kind: 'keys' } {
  return { kind: 'keys', current: new MeshKey(randomBytes(32)) };
}

export function createMesh(ring: KeyRing = createRing(), clock: Clock = new TestClock()): Mesh {
  return new Mesh(ring, { clock });
}

/** An announcer in memory, that answers as `serve` says. */
export class TestAnnouncer {
  readonly door: Door;
  readonly events: DoorEvent[] = [];
  readonly legs: MemoryLeg[] = [];
  /** Of each who came, whether it is let in or not. */
  readonly admissions: Promise<void>[] = [];
  isAway = false;
  serve: (caller: Caller) => void = (caller) => {
    caller.answer('ready');
    caller.leg.on('error', () => undefined);
    caller.leg.pipe(caller.leg);
  };

  private constructor(door: Omit<DoorOptions, 'onEvent'>) {
    this.door = new Door({ ...door, onEvent: (event) => this.events.push(event) });
  }

  static async open(mesh: Mesh, service = 'redis', change: Partial<DoorOptions> = {}): Promise<TestAnnouncer> {
    const member = await mesh.join('announce', service);
    const announcer = new TestAnnouncer({ member, clock: mesh.clock, ...change });
    onTestFinished(() => {
      announcer.door.close();
      member.close();
      for (const leg of announcer.legs) leg.destroy();
    });
    return announcer;
  }

  /** Somebody connects from this address. */
  connect(address?: string): MemoryLeg {
    const [client, server] = MemoryLeg.pair(address);
    client.on('error', () => undefined);
    this.legs.push(client, server);
    this.admissions.push(
      this.door.admit(server, new AbortController().signal).then(
        (admitted) => serveAll(admitted, (caller) => this.serve(caller)),
        () => undefined,
      ),
    );
    return client;
  }

  readonly dial = async (): Promise<Leg> => {
    if (this.isAway) throw new RelayError('ECONNREFUSED', 'nobody is there');
    return this.connect();
  };
}

/** Each client of who came, whether it is one or many. */
function serveAll(admitted: Admitted, serve: (caller: Caller) => void): void {
  if (admitted.kind === 'caller') serve(admitted);
  else admitted.receive((arrival) => void arrival.hear().then(serve, () => undefined));
}

export interface TestDialler {
  readonly dialler: MeshDialler;
  readonly quarantined: QuarantineEvent[];
}

export function createDialler(mesh: Mesh, change: Partial<MeshDiallerOptions> = {}): TestDialler {
  const quarantined: QuarantineEvent[] = [];
  const dialler = new MeshDialler({
    mesh,
    service: 'redis',
    warm: 0,
    onQuarantine: (event) => quarantined.push(event),
    ...change,
  });
  onTestFinished(() => dialler.close());
  return { dialler, quarantined };
}

/** Connected, or the error of the dial. */
export function dialOnce(dialler: MeshDialler, meshId?: string): Promise<Leg | RelayError> {
  return new Promise((resolve) => {
    dialler.startDial(
      TARGET,
      5_000,
      (result) => resolve(result.kind === 'connected' ? result.socket : result.error),
      meshId,
    );
  });
}

/** Sends a word and hears the echo of it. */
export function exchange(leg: Leg | RelayError, word: string): Promise<string> {
  if (leg instanceof RelayError) return Promise.reject(leg);
  return new Promise((resolve) => {
    let heard = '';
    leg.on('data', (chunk) => {
      heard += chunk;
      if (heard.length >= word.length) resolve(heard);
    });
    leg.write(word);
    leg.resume();
  });
}
