import { CredentialsError } from './credentials-error.ts';
import { type ReadSecretOptions, readSecret } from './read-secret.ts';
import type { Secret } from './secret.ts';
import type { SecretSource } from './secret-source.ts';

const SPACE = 0x20;
const TAB = 0x09;

/** What was read, and how reading it again went. */
export type SecretFileEvent =
  | { readonly kind: 'secret-changed'; readonly name: string }
  /** A blank or a tab stands at its end, and counts. */
  | { readonly kind: 'secret-ends-blank'; readonly name: string }
  /** What was read before goes on. Told once, until it can be read again. */
  | { readonly kind: 'secret-unreadable'; readonly name: string; readonly reason: string };

export interface SecretFileOptions extends ReadSecretOptions {
  readonly onEvent: (event: SecretFileEvent) => void;
}

/** A secret in a file that may be replaced while it is used. */
export class SecretFile implements SecretSource {
  readonly name: string;
  readonly #options: SecretFileOptions;
  #current: Secret;
  #previous: Secret | undefined;
  #isUnreadableTold = false;

  private constructor(path: string, secret: Secret, options: SecretFileOptions) {
    this.name = path;
    this.#current = secret;
    this.#options = options;
  }

  /** Throws a CredentialsError when the secret can't be had. */
  static open(path: string, options: SecretFileOptions): SecretFile {
    const file = new SecretFile(path, readSecret(path, options), options);
    file.#tellBlank();
    return file;
  }

  get current(): Secret {
    return this.#current;
  }

  /** Reads the file again. Never throws: what can't be read leaves the secret as it was. */
  refresh(): void {
    const { onEvent } = this.#options;
    try {
      const secret = readSecret(this.name, this.#options);
      this.#isUnreadableTold = false;
      if (secret.equals(this.#current)) return;
      this.#previous = this.#current;
      this.#current = secret;
      onEvent({ kind: 'secret-changed', name: this.name });
      this.#tellBlank();
    } catch (error) {
      if (this.#isUnreadableTold) return;
      this.#isUnreadableTold = true;
      const reason = error instanceof CredentialsError ? error.message : `${this.name} can't be read`;
      onEvent({ kind: 'secret-unreadable', name: this.name, reason });
    }
  }

  #tellBlank(): void {
    const last = this.#current.reveal().at(-1);
    if (last === SPACE || last === TAB) this.#options.onEvent({ kind: 'secret-ends-blank', name: this.name });
  }

  async *candidates(): AsyncGenerator<Secret, void, undefined> {
    const tried: Secret[] = [];
    const isNew = (secret: Secret): boolean => !tried.some((one) => one.equals(secret));
    tried.push(this.#current);
    yield this.#current;
    this.refresh();
    for (const secret of [this.#current, this.#previous]) {
      if (secret === undefined || !isNew(secret)) continue;
      tried.push(secret);
      yield secret;
    }
    const [, second] = tried;
    if (tried.length !== 2 || second === undefined || this.#previous?.equals(second) !== true) return;
    // The service may have changed after it refused the one and before it refused the other.
    this.refresh();
    yield this.#current;
  }
}
