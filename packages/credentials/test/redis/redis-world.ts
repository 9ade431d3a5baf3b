import { type Destination, type Splice, splice } from '@mdns-ambassador/relay';
import { MemoryLeg } from '../../../relay/test/memory-leg.ts';
import type { CredentialEvent } from '../../src/credential-event.ts';
import { RedisPrologue } from '../../src/redis/prologue.ts';
import { Secret } from '../../src/secret.ts';
import type { SecretSource } from '../../src/secret-source.ts';
import { createChoppedPair } from '../chop.ts';
import { FakeRedis } from './fake-redis.ts';

const DESTINATION: Destination = { endpointId: 'a', name: 'redis on h1', proof: 'loopback' };

/** A source that offers these one after the other. */
export function secretsOf(...texts: readonly [string, ...string[]]): SecretSource {
  const secrets = texts.map((text) => new Secret(Buffer.from(text)));
  return {
    name: '/secret',
    current: new Secret(Buffer.from(texts[0])),
    async *candidates() {
      yield* secrets;
    },
  };
}

export interface RedisWorld {
  readonly server: FakeRedis;
  readonly events: CredentialEvent[];
  readonly clock: { now: number };
  /** Dials once more with the same prologue; rejects as it does. `sizes`: of the chunks in which upstream's bytes arrive. */
  connect(
    sizes?: readonly number[],
  ): Promise<{ readonly client: MemoryLeg; readonly splice: Splice; readonly upstream: MemoryLeg }>;
}

/** A Redis, and a prologue that logs in to it. */
export function createWorld(
  password: SecretSource = secretsOf('right'),
  username: string | undefined = 'app',
): RedisWorld {
  const server = new FakeRedis();
  const events: CredentialEvent[] = [];
  const clock = { now: 0 };
  const prologue = new RedisPrologue(
    { protocol: 'redis', password, ...(username === undefined ? {} : { username }) },
    { now: () => clock.now, onEvent: (event) => events.push(event) },
  );
  return {
    server,
    events,
    clock,
    async connect(sizes) {
      const [client, clientLeg] = MemoryLeg.pair();
      const [service, upstream] = sizes === undefined ? MemoryLeg.pair() : createChoppedPair(sizes);
      for (const leg of [client, clientLeg, service, upstream]) leg.on('error', () => {});
      // As an engine hands them over.
      for (const leg of [clientLeg, upstream]) leg.pause();
      server.serve(service);
      const leg = await prologue.run(clientLeg, upstream, new AbortController().signal, DESTINATION);
      return { client, upstream, splice: splice(clientLeg, leg) };
    },
  };
}

/** Everything that comes until the leg ends. */
export async function readAll(leg: MemoryLeg): Promise<string> {
  let text = '';
  for await (const chunk of leg) text += String(chunk);
  return text;
}
