import { type Leg, type Opened, type Opening, type Parsing, putBack, Refusal, readLeg } from '@mdns-ambassador/relay';
import { CancelKeys } from './cancel-keys.ts';
import { hearClient } from './hear-client.ts';
import { KeyScanner } from './key-scanner.ts';
import { Patience } from './patience.ts';
import { parseFirstPacket } from './startup.ts';

/** PostgreSQL's authentication_timeout: how long a client may take to say what it wants. */
const CLIENT_TIMEOUT_MS = 60_000;

export interface PostgresOpeningOptions {
  readonly keys: CancelKeys;
  /**
   * The ambassador logs in in the client's place, and takes no TLS; otherwise what a client says is passed on whatever it is.
   */
  readonly injects: boolean;
  readonly onTlsClient?: () => void;
}

/**
 * Hears a client of PostgreSQL, sends a cancel request to the endpoint whose query it is about, and remembers whose keys are
 * whose. A key that is not known goes where the next connection would go: that of a connection that was encrypted from end to
 * end, or of a client that asks for encryption before it cancels, where nobody here answers that.
 */
export function createPostgresOpening(options: PostgresOpeningOptions): Opening {
  const { keys, injects, onTlsClient } = options;
  return {
    async hear(client, signal) {
      const patience = new Patience(signal, CLIENT_TIMEOUT_MS);
      try {
        return await (injects ? hearForInjection : overhear)(client, patience.signal, keys);
      } catch (error) {
        if (error instanceof Refusal && error.cause === 'tls') onTlsClient?.();
        throw error;
      } finally {
        patience.end();
      }
    },
  };
}

/**
 * For a proxy that logs nobody in, so that a cancel request still goes to the one of many whose query it is about. `keys`: where other
 * processes carry for the same clients.
 */
export function createPostgresCancelRouting(keys: CancelKeys = new CancelKeys()): Opening {
  return createPostgresOpening({ keys, injects: false });
}

async function hearForInjection(client: Leg, signal: AbortSignal, keys: CancelKeys): Promise<Opened> {
  const { bytes, packet } = await hearClient(client, signal);
  putBack(client, bytes);
  return packet.kind === 'cancel' ? openCancel(packet.key, keys) : openSession(keys, false);
}

async function overhear(client: Leg, signal: AbortSignal, keys: CancelKeys): Promise<Opened> {
  const { first, bytes } = await readLeg(client, peekFirst, signal);
  putBack(client, bytes);
  if (first.kind !== 'parsed') return {};
  const { packet } = first;
  return packet.kind === 'cancel' ? openCancel(packet.key, keys) : openSession(keys, packet.kind === 'encryption');
}

interface Peeked {
  readonly first: ReturnType<typeof parseFirstPacket>;
  readonly bytes: Buffer;
}

/** Takes whatever is there as soon as it is known what it is. */
function peekFirst(bytes: Buffer): Parsing<Peeked> {
  const first = parseFirstPacket(bytes);
  return first.kind === 'incomplete' ? first : { kind: 'parsed', value: { first, bytes }, size: bytes.length };
}

function openCancel(key: Buffer, keys: CancelKeys): Opened {
  const endpointId = keys.find(key);
  return endpointId === undefined ? {} : { endpointId };
}

function openSession(keys: CancelKeys, asksForEncryption: boolean): Opened {
  return {
    reached(endpointId, upstream) {
      const scanner = new KeyScanner(asksForEncryption);
      const onData = (chunk: Buffer): void => {
        const key = scanner.scan(chunk);
        if (key !== undefined) upstream.once('close', keys.add(key, endpointId));
        if (scanner.isDone) upstream.off('data', onData);
      };
      upstream.on('data', onData);
      upstream.pause();
    },
  };
}
