import {
  type Destination,
  type Leg,
  type Prologue,
  putBack,
  Redial,
  Refusal,
  RelayError,
  watchEnd,
} from '@mdns-ambassador/relay';
import type { PostgresCredential } from '../credential.ts';
import type { InjectionContext } from '../injection-context.ts';
import { OutdatedSecret } from '../outdated-secret.ts';
import { RefusalLedger } from '../refusal-ledger.ts';
import type { Secret } from '../secret.ts';
import { encodeError, type ServerError, SQLSTATE } from './error-response.ts';
import { type HeardPacket, hearClient } from './hear-client.ts';
import { describeServerError, logIn } from './login.ts';
import { Patience } from './patience.ts';
import { encodeStartup, type FirstPacket } from './startup.ts';

type Startup = Extract<FirstPacket, { kind: 'startup' }>;

/** What is left to try for one client. */
interface Login {
  readonly candidates: AsyncGenerator<Secret, void, undefined>;
  readonly secret: Secret;
}

/** Logs in to a PostgreSQL in the client's place, and tells the client that its own login is done. */
export class PostgresPrologue implements Prologue {
  readonly name: string = 'credentials (postgres)';
  readonly #credential: PostgresCredential;
  readonly #context: InjectionContext;
  readonly #ledger = new RefusalLedger();
  readonly #outdated = new OutdatedSecret();
  /** A server takes one login for each connection, so that the next candidate waits for the next dial. */
  readonly #logins = new WeakMap<Leg, Login>();

  constructor(credential: PostgresCredential, context: InjectionContext) {
    this.#credential = credential;
    this.#context = context;
  }

  async run(client: Leg, upstream: Leg, signal: AbortSignal, destination: Destination): Promise<Leg> {
    const heard = await this.#hear(client, upstream, signal);
    const { bytes, packet } = heard;
    if (packet.kind === 'cancel') {
      // The server closes after it, and answers nothing.
      putBack(client, bytes);
      return upstream;
    }
    try {
      const greeting = await this.#logIn(client, upstream, packet, signal, destination);
      client.write(greeting);
      return upstream;
    } catch (error) {
      putBack(client, bytes);
      throw error instanceof Refusal || error instanceof RelayError ? error : describeFailure(error);
    }
  }

  /** A client that says nothing keeps a server waiting, which closes when it has had enough. */
  async #hear(client: Leg, upstream: Leg, signal: AbortSignal): Promise<HeardPacket> {
    const patience = new Patience(signal);
    const unwatch = watchEnd(upstream, () => patience.end());
    try {
      return await hearClient(client, patience.signal);
    } catch (error) {
      if (error instanceof Refusal && error.cause === 'tls')
        this.#context.onEvent({ kind: 'tls-client', protocol: 'postgres' });
      throw error instanceof Refusal ? error : describeFailure(error);
    } finally {
      patience.end();
      unwatch();
    }
  }

  async #logIn(
    client: Leg,
    upstream: Leg,
    startup: Startup,
    signal: AbortSignal,
    destination: Destination,
  ): Promise<Buffer> {
    const { endpointId } = destination;
    const login = await this.#openLogin(client);
    const held = this.#ledger.find(endpointId, login.secret, this.#context.now());
    if (held !== undefined) throw refuse(destination, { code: SQLSTATE.invalidPassword, message: held });
    const user = toLatin1(this.#credential.username);
    const outcome = await logIn(
      upstream,
      {
        startup: encodeStartup(startup.version, replaceIdentity(startup.parameters, this.#credential)),
        user,
        secret: login.secret,
        isPrivate: () => this.#isPrivate(upstream, destination),
      },
      signal,
    );
    switch (outcome.kind) {
      case 'accepted':
        this.#ledger.remove(endpointId);
        this.#logins.delete(client);
        if (this.#outdated.isNews(login.secret, this.#credential.password.current)) {
          this.#context.onEvent({ kind: 'outdated', protocol: 'postgres', destination: destination.name });
        }
        return outcome.greeting;
      case 'rejected':
        return this.#goOn(client, login, outcome.error, destination);
      default:
        return outcome satisfies never;
    }
  }

  /** On this machine, whoever took the service's port could ask for it, too. */
  #isPrivate(upstream: Leg, { proof }: Destination): boolean {
    if (proof === 'loopback') return this.#context.holderOf?.(upstream).kind === 'trusted';
    return proof !== 'none';
  }

  async #openLogin(client: Leg): Promise<Login> {
    const open = this.#logins.get(client);
    if (open !== undefined) return open;
    const { password } = this.#credential;
    const candidates = password.candidates();
    const first = await candidates.next();
    return { candidates, secret: first.done === true ? password.current : first.value };
  }

  /** Has the server dialled once more where another secret is there to be tried. */
  async #goOn(client: Leg, login: Login, error: ServerError, destination: Destination): Promise<never> {
    const { candidates } = login;
    const next = await candidates.next();
    if (next.done !== true) {
      this.#logins.set(client, { candidates, secret: next.value });
      throw new Redial(`${destination.name} refuses a secret that has been replaced`);
    }
    this.#logins.delete(client);
    const reason = describeServerError(error);
    this.#ledger.add(destination.endpointId, this.#credential.password.current, reason, this.#context.now());
    this.#context.onEvent({ kind: 'refused', protocol: 'postgres', destination: destination.name, reason });
    throw refuse(destination, { code: SQLSTATE.invalidPassword, message: reason });
  }
}

/** The client's own parameters, with the credential's user and, where it names one, database. */
function replaceIdentity(
  parameters: ReadonlyMap<string, string>,
  { username, database }: PostgresCredential,
): ReadonlyMap<string, string> {
  const replaced = new Map(parameters).set('user', toLatin1(username));
  return database === undefined ? replaced : replaced.set('database', toLatin1(database));
}

/** Startup parameters are kept as latin1, byte by byte. */
function toLatin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function refuse({ name }: Destination, error: ServerError): Refusal {
  const message = `${name} refuses the credentials (${error.message})`;
  return new Refusal(message, encodeError({ code: error.code, message }));
}

/** It goes to the next endpoint; where there is none, the client is told. */
function describeFailure(error: unknown): Refusal {
  const message = error instanceof Error ? error.message : 'the login failed';
  return new Refusal(message, encodeError({ code: SQLSTATE.connectionFailure, message }), {
    cause: error,
    isPassing: true,
  });
}
