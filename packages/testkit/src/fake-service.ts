import { type Duplex, duplexPair } from 'node:stream';
import { RelayError, type Target } from '@mdns-ambassador/relay';

/** As checks dial (packages/checks, dial.ts). */
type DialUnderTest = (target: Target, signal: AbortSignal) => Promise<Duplex>;

/** What a service does with a connection that it has accepted. */
export type Behaviour = (connection: Duplex) => void;

export const TARGET: Target = { kind: 'tcp', address: '127.0.0.1', port: 12345 };

/** A service in memory: hands out connections and remembers which are open. */
export class FakeService {
  readonly #behaviour: Behaviour;
  readonly #open = new Set<Duplex>();
  dials = 0;

  constructor(behaviour: Behaviour) {
    this.#behaviour = behaviour;
  }

  get openConnections(): number {
    return this.#open.size;
  }

  readonly dial: DialUnderTest = async (_target, signal) => {
    this.dials += 1;
    signal.throwIfAborted();
    const [client, server] = duplexPair();
    this.#open.add(client);
    client.once('close', () => {
      this.#open.delete(client);
      server.destroy();
    });
    server.on('error', () => undefined);
    server.on('end', () => server.end());
    this.#behaviour(server);
    return client;
  };
}

/** Accepts, reads and says nothing. */
export const staySilent: Behaviour = (connection) => {
  connection.resume();
};

/** Sends `answer` as soon as `request` has come. */
export function answerTo(request: RegExp, answer: string | Uint8Array): Behaviour {
  return (connection) => {
    let heard = '';
    connection.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
      if (!request.test(heard)) return;
      heard = '';
      connection.write(answer);
    });
  };
}

export function failDial(code: string): DialUnderTest {
  return () => Promise.reject(new RelayError(code, `connect ${code}`));
}

/** Nobody answers the SYN. */
export const dialForever: DialUnderTest = (_target, signal) =>
  new Promise((_, reject) => {
    const abort = (): void => reject(new RelayError('ABORTED', 'aborted'));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
