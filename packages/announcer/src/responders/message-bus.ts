import { createRequire } from 'node:module';
import type { Message } from 'dbus-native';

/** A daemon that is stopped (SIGSTOP) answers nothing. */
const CALL_TIMEOUT_MS = 5_000;

/** One method of an object on the bus. */
interface BusCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  /** D-Bus type signature of `body`. */
  readonly signature?: string;
  readonly body?: readonly unknown[];
}

export interface BusSignal {
  readonly sender: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly body: readonly unknown[];
}

/** A connection to the message bus. */
export interface MessageBus {
  /** Resolves with the first value of the reply. Rejects with a {@link BusError}; a call that gets no reply is given up after 5 s. */
  call(call: BusCall): Promise<unknown>;
  /** Signals that fit this match rule are told from now on. */
  watch(rule: string): Promise<void>;
  /** Idempotent. Nothing is told after this. */
  close(): void;
}

interface BusEvents {
  signal(signal: BusSignal): void;
  /** The connection ended by itself. Called once at most; never before `connect` has resolved. */
  lost(): void;
}

/** `code`: the D-Bus name of the error, such as `org.freedesktop.DBus.Error.ServiceUnknown`, or the system's, such as `ENOENT`. */
export class BusError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'BusError';
    this.code = code;
  }
}

/** The code of a {@link BusError}: dbus-native, or a package that it needs, is not installed. */
export const LIBRARY_MISSING = 'LIBRARY_MISSING';

/** Opens a connection. Rejects with a {@link BusError}. */
export type ConnectBus = (events: BusEvents) => Promise<MessageBus>;

/** `require`, or what throws as it does. */
type LoadLibrary = (name: string) => typeof import('dbus-native');

/**
 * The bus at this address, e.g. `unix:path=/run/dbus/system_bus_socket`. Connecting to it needs dbus-native, an optional dependency:
 * where that can't be loaded it rejects with {@link LIBRARY_MISSING}.
 */
export function messageBusAt(address: string, require: LoadLibrary = createRequire(import.meta.url)): ConnectBus {
  return async (events) => {
    const { createClient, messageType } = loadLibrary(require);
    const client = createClient({ busAddress: address, timeout: CALL_TIMEOUT_MS });
    const { connection } = client;
    let state: 'opening' | 'open' | 'closed' = 'opening';
    const end = (): void => {
      const wasOpen = state === 'open';
      state = 'closed';
      connection.end();
      if (wasOpen) events.lost();
    };
    await new Promise<void>((resolve, reject) => {
      connection.on('connect', () => resolve());
      connection.on('error', (error: unknown) => {
        reject(toBusError(error));
        end();
      });
      connection.on('end', () => {
        reject(new BusError('ECONNRESET', 'the message bus closed the connection'));
        end();
      });
    });
    state = 'open';
    connection.on('message', (message: Message) => {
      if (state === 'open' && message.type === messageType.signal) events.signal(toSignal(message));
    });
    return {
      call: ({ body, ...call }) =>
        ask(async () => await client.invoke<unknown>({ ...call, ...(body === undefined ? {} : { body: [...body] }) })),
      watch: (rule) => ask(async () => void (await client.addMatch(rule))),
      close: () => {
        if (state === 'closed') return;
        state = 'closed';
        connection.end();
      },
    };
  };
}

async function ask<Answer>(question: () => Promise<Answer>): Promise<Answer> {
  try {
    return await question();
  } catch (error) {
    throw toBusError(error);
  }
}

/** Loaded where it is used, from beside this program. */
function loadLibrary(require: LoadLibrary): ReturnType<LoadLibrary> {
  try {
    return require('dbus-native');
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND';
    throw isMissing ? new BusError(LIBRARY_MISSING, error.message, { cause: error }) : toBusError(error);
  }
}

function toSignal(message: Message): BusSignal {
  return {
    sender: message.sender ?? '',
    path: message.path ?? '',
    interface: message.interface ?? '',
    member: message.member ?? '',
    body: message.body ?? [],
  };
}

function toBusError(error: unknown): BusError {
  if (!(error instanceof Error)) return new BusError('unknown', String(error));
  const dbusName = 'dbusName' in error ? error.dbusName : undefined;
  const code = 'code' in error ? error.code : undefined;
  return new BusError(String(dbusName ?? code ?? 'unknown'), error.message, { cause: error });
}
