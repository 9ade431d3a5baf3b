import { type Destination, type Leg, type Prologue, Refusal, RelayError } from '@mdns-ambassador/relay';
import type { RedisCredential } from '../credential.ts';
import type { InjectionContext } from '../injection-context.ts';
import { OutdatedSecret } from '../outdated-secret.ts';
import { RefusalLedger } from '../refusal-ledger.ts';
import type { Secret } from '../secret.ts';
import { judgeLogin, type RedisLogin, writeLogin } from './login.ts';
import { readReply } from './read-reply.ts';
import { SessionLeg } from './session-leg.ts';

/** Logs in to a Redis in the client's place. */
export class RedisPrologue implements Prologue {
  readonly name: string = 'credentials (redis)';
  readonly #credential: RedisCredential;
  readonly #context: InjectionContext;
  readonly #ledger = new RefusalLedger();
  readonly #outdated = new OutdatedSecret();

  constructor(credential: RedisCredential, context: InjectionContext) {
    this.#credential = credential;
    this.#context = context;
  }

  async run(_client: Leg, upstream: Leg, signal: AbortSignal, destination: Destination): Promise<Leg> {
    await this.#logIn(upstream, signal, destination);
    if (upstream.readableEnded || upstream.destroyed) {
      throw new RelayError('ECONNRESET', `${destination.name} closed the connection after the login`);
    }
    return this.#openSession(upstream, destination);
  }

  async #logIn(upstream: Leg, signal: AbortSignal, destination: Destination): Promise<void> {
    const { endpointId } = destination;
    const held = this.#ledger.find(endpointId, this.#credential.password.current, this.#context.now());
    if (held !== undefined) throw refuse(destination, held);
    let reason = '';
    for await (const secret of this.#credential.password.candidates()) {
      const outcome = await tryLogin(upstream, this.#credential, secret, signal);
      switch (outcome.kind) {
        case 'accepted':
          this.#ledger.remove(endpointId);
          this.#tellOutdated(destination, secret);
          return;
        case 'failed':
          throw new RelayError('LOGIN_FAILED', `${destination.name}: ${outcome.reason}`);
        case 'refused':
          reason = outcome.reason;
          break;
        default:
          outcome satisfies never;
      }
    }
    this.#ledger.add(endpointId, this.#credential.password.current, reason, this.#context.now());
    this.#tellRefused(destination, reason);
    throw refuse(destination, reason);
  }

  #openSession(upstream: Leg, destination: Destination): SessionLeg {
    const { protocol } = this.#credential;
    let candidates: AsyncGenerator<Secret, void, undefined> | undefined;
    return new SessionLeg(upstream, {
      moved: (to) => this.#context.onEvent({ kind: 'moved', protocol, to }),
      tlsClient: () => this.#context.onEvent({ kind: 'tls-client', protocol }),
      login: () => writeLogin(this.#credential, this.#credential.password.current),
      nextLogin: async (isFirst) => {
        if (isFirst || candidates === undefined) candidates = this.#credential.password.candidates();
        const next = await candidates.next();
        if (next.done === true) {
          this.#tellRefused(destination, 'after RESET it takes no login');
          return undefined;
        }
        return writeLogin(this.#credential, next.value);
      },
    });
  }

  #tellOutdated({ name }: Destination, accepted: Secret): void {
    const { password, protocol } = this.#credential;
    if (!this.#outdated.isNews(accepted, password.current)) return;
    this.#context.onEvent({ kind: 'outdated', protocol, destination: name });
  }

  #tellRefused({ name }: Destination, reason: string): void {
    this.#context.onEvent({ kind: 'refused', protocol: this.#credential.protocol, destination: name, reason });
  }
}

async function tryLogin(
  upstream: Leg,
  credential: RedisCredential,
  secret: Secret,
  signal: AbortSignal,
): Promise<RedisLogin> {
  const reply = readReply(upstream, signal);
  upstream.write(writeLogin(credential, secret));
  return judgeLogin(await reply);
}

/** In the words that a Redis client shows; names are the network's, so that they are cut to printable ones. */
function refuse({ name }: Destination, reason: string): Refusal {
  const text = `ambassador: ${name} refuses the credentials: ${reason}`;
  const line = [...text].map((character) => (character >= ' ' && character !== '\u007f' ? character : '?')).join('');
  return new Refusal(text, Buffer.from(`-ERR ${line}\r\n`));
}
