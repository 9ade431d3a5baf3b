import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Destination, type Leg, type Splice, splice } from '@mdns-ambassador/relay';
import { MemoryLeg } from '../../../relay/test/memory-leg.ts';
import type { HttpCredential } from '../../src/credential.ts';
import type { CredentialEvent } from '../../src/credential-event.ts';
import { HttpPrologue } from '../../src/http/prologue.ts';
import { Secret } from '../../src/secret.ts';
import type { SecretSource } from '../../src/secret-source.ts';

const DESTINATION: Destination = { endpointId: 'a', name: 'web on h1', proof: 'mesh' };

/** A secret that is another once it has been read again. */
export class ChangingSecret implements SecretSource {
  readonly name: string = '/secret';
  readonly #later: string;
  current: Secret;
  reads = 0;

  constructor(text: string, later: string = text) {
    this.current = new Secret(Buffer.from(text));
    this.#later = later;
  }

  async *candidates(): AsyncGenerator<Secret, void, undefined> {
    const before = this.current;
    yield before;
    this.reads += 1;
    const now = new Secret(Buffer.from(this.#later));
    if (now.equals(before)) return;
    this.current = now;
    yield now;
  }
}

export interface HttpWorld {
  /** The client's end. */
  readonly client: MemoryLeg;
  /** The service's end. */
  readonly service: MemoryLeg;
  /** Our end of the connection to the service. */
  readonly upstream: MemoryLeg;
  /** What the client is spliced to. */
  readonly front: Leg;
  readonly splice: Splice;
  readonly events: CredentialEvent[];
}

export function bearer(token: SecretSource): HttpCredential {
  return { protocol: 'http', scheme: 'bearer', token };
}

/** A client and a service with the credentials between them, spliced. */
export async function openHttp(credential: HttpCredential = bearer(new ChangingSecret('t0ken'))): Promise<HttpWorld> {
  const events: CredentialEvent[] = [];
  const prologue = new HttpPrologue(credential, { now: () => 0, onEvent: (event) => events.push(event) });
  const [client, clientLeg] = MemoryLeg.pair();
  const [service, upstream] = MemoryLeg.pair();
  for (const leg of [client, clientLeg, service, upstream]) leg.on('error', () => {}).setMaxListeners(0);
  // As an engine hands them over.
  for (const leg of [clientLeg, upstream]) leg.pause();
  const front = await prologue.run(clientLeg, upstream, new AbortController().signal, DESTINATION);
  return { client, service, upstream, front, splice: splice(clientLeg, front), events };
}

/** Has a real parser of Node answer at the service's end. */
export function serve({ service }: Pick<HttpWorld, 'service'>, listener: RequestListener): Server {
  const server = createServer({ keepAliveTimeout: 0 }, listener);
  server.emit('connection', service);
  return server;
}

/** All that a leg says until it ends; `reset` where it ended badly. */
export async function readAll(leg: Duplex): Promise<{ readonly text: string; readonly isReset: boolean }> {
  let text = '';
  leg.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  const isReset = await Promise.race([
    once(leg, 'end').then(() => false),
    new Promise<boolean>((resolve) =>
      leg.once('error', () => resolve(true)).once('close', () => resolve(leg.errored !== null)),
    ),
  ]).catch(() => true);
  return { text, isReset };
}

/** Waits until what a leg has said matches. */
export async function readUntil(leg: Duplex, pattern: RegExp): Promise<string> {
  let text = '';
  for (;;) {
    const chunk: unknown = leg.read();
    if (chunk instanceof Uint8Array) {
      text += Buffer.from(chunk).toString('latin1');
      // One read is one chunk from Node 26 on.
      if (leg.readableLength > 0) continue;
    } else if (leg.readableEnded || leg.destroyed) throw new Error(`ended after ${JSON.stringify(text)}`);
    else if (!pattern.test(text))
      await new Promise((resolve) => leg.once('readable', resolve).once('end', resolve).once('close', resolve));
    if (pattern.test(text)) return text;
  }
}
